//! What the invented people answered. A dozen sets are enough: whose set it is follows from the address, so the
//! tables of people stay one line a person.

/// A question's id and the answer, four times.
pub(super) type AnswerSet = [(&'static str, &'static str); 4];

/// The answers of the caller of the card.
pub(super) const CALLERS: AnswerSet = [
    ("first_car_make", "Vauxhall Corsa"),
    ("parents_met_town", "Leeds"),
    ("first_school_name", "St. Mary's, Thornbury"),
    ("childhood_nickname", "Pippin"),
];

/// The answers of everybody else.
pub(super) const SETS: [AnswerSet; 12] = [
    [
        ("first_pet_name", "Biscuit"),
        ("first_job_town", "Hull"),
        ("first_concert", "The Beautiful South"),
        ("first_flight_to", "Palma"),
    ],
    [
        ("first_car_make", "Ford Fiesta"),
        ("first_teacher", "Ellsworth"),
        ("childhood_hero", "Pippi Longstocking"),
        ("learnt_to_swim", "Whitby"),
    ],
    [
        ("parents_met_town", "Gdańsk"),
        ("toy_name", "Misiek"),
        ("school_trip", "Zakopane"),
        ("first_film", "The Lion King"),
    ],
    [
        ("first_school_name", "Grove Road Primary"),
        ("first_colleague", "Beatrice"),
        ("childhood_dish", "Liver and onions"),
        ("first_phone_brand", "Nokia"),
    ],
    [
        ("childhood_nickname", "Sparrow"),
        ("first_street_friend", "Marlborough"),
        ("grandparents_town", "Kilkenny"),
        ("first_instrument", "Tin whistle"),
    ],
    [
        ("first_pet_name", "Señor Bigotes"),
        ("first_flight_to", "São Paulo"),
        ("childhood_neighbour", "Oliveira"),
        ("first_film", "E.T."),
    ],
    [
        ("first_car_make", "Škoda Felicia"),
        ("learnt_to_swim", "Lake Bled"),
        ("first_concert", "Depeche Mode"),
        ("toy_name", "Captain Carrot"),
    ],
    [
        ("parents_met_town", "İzmir"),
        ("first_teacher", "Öztürk"),
        ("childhood_dish", "Okra"),
        ("first_job_town", "Berlin"),
    ],
    [
        ("first_school_name", "Holy Trinity"),
        ("childhood_hero", "Tintin"),
        ("first_colleague", "Desmond"),
        ("school_trip", "Isle of Wight"),
    ],
    [
        ("first_phone_brand", "Ericsson"),
        ("grandparents_town", "Tromsø"),
        ("first_instrument", "Hardanger fiddle"),
        ("first_street_friend", "Kirkegata"),
    ],
    [
        ("childhood_nickname", "Bông"),
        ("first_pet_name", "Mực"),
        ("first_flight_to", "Đà Nẵng"),
        ("first_film", "Jurassic Park"),
    ],
    [
        ("childhood_neighbour", "McAllister"),
        ("toy_name", "Threadbare"),
        ("first_job_town", "Aberdeen"),
        ("learnt_to_swim", "Stonehaven"),
    ],
];

/// The set of an address.
pub(super) fn set_of(mailbox: &str) -> &'static AnswerSet {
    let sum: usize = mailbox.bytes().map(usize::from).sum();
    &SETS[sum % SETS.len()]
}
