//! The people of Hartwell Logistics: the team of the pictures. Of 42 with an account, 29 are fully protected.

use recovery_rules::states::LockedBy;

use super::companies::HARTWELL;
use super::people::{Person, person};

const fn of(given: &'static str, family: &'static str, mailbox: &'static str) -> Person {
    person(HARTWELL, given, family, mailbox)
}

/// The caller of the card.
pub(super) const PRIYA_RAMAN: Person = of("Priya", "Raman", "priya.raman").on(142).seen(85);

pub(super) const PEOPLE: &[Person] = &[
    PRIYA_RAMAN,
    of("Marta", "Nowak", "marta.nowak").billing().on(101).seen(2),
    of("Gordon", "Whitlock", "gordon.whitlock").billing().on(102).seen(50),
    // One password away, or worse.
    of("Reception", "desk", "reception").answered(0).seen(3),
    of("Priscilla", "Ramirez", "priscilla.ramirez").off(31).answered(0).seen(3),
    of("Depot 4", "tablet", "depot4").answered(0).seen(4),
    of("Sanne", "de Kok", "sanne.de.kok").answered(0).seen(170),
    of("Oskar", "Lindqvist", "oskar.lindqvist").off(12).seen(18),
    of("Fatima", "Benali", "fatima.benali").seen(96),
    of("Marcus", "Adeyemi", "marcus.adeyemi").answered(3).seen(190),
    of("Trevor", "Oyelaran", "trevor.oyelaran").off(200),
    of("Bethany", "Cole", "bethany.cole").seen(30),
    of("Hamish", "Macrae", "hamish.macrae").never_seen(),
    of("Yusuf", "Demir", "yusuf.demir").off(64).seen(240),
    // To be set up again.
    of("Gareth", "Hughes", "gareth.hughes").again(5).seen(130),
    of("Chiara", "Bellini", "chiara.bellini").again(1).seen(26),
    // Fully protected, each with something to look at.
    of("Siobhán", "O'Neill", "siobhan.oneill").on(103),
    of("Zoë", "O’Brien-Łuczak", "zoe.obrien").on(104),
    of("Thi Minh Anh", "Nguyễn", "anh.nguyen").on(105).seen(1),
    of("Leroy", "Campbell", "leroy.campbell").on(106).locked(LockedBy::Recovery),
    of("Ingeborg", "Aasen", "ingeborg.aasen").on(107).locked(LockedBy::Owner),
    of("Patrick", "Doyle", "patrick.doyle").on(108).locked(LockedBy::Administrator),
    of("Dorota", "Wiśniewska", "dorota.wisniewska").on(109),
    of("Kwame", "Mensah", "kwame.mensah").on(110).reference_paused(11),
    of("Elif", "Şahin", "elif.sahin").on(111),
    of("Hugo", "Marchetti", "hugo.marchetti").on(112).frozen(24 * 5),
    // Fully protected, and nothing else.
    of("Amelia", "Hart", "amelia.hart").on(113),
    of("Benedict", "Osei", "benedict.osei").on(114).seen(7),
    of("Carys", "Llewellyn", "carys.llewellyn").on(115),
    of("Dilip", "Chowdhury", "dilip.chowdhury").on(116).seen(44),
    of("Edwin", "Sparks", "edwin.sparks").on(117),
    of("Florence", "Achebe", "florence.achebe").on(118).seen(9),
    of("Gilles", "Fontaine", "gilles.fontaine").on(119),
    of("Hana", "Kobayashi", "hana.kobayashi").on(120).seen(5),
    of("Isaac", "Rosen", "isaac.rosen").on(121),
    of("Janet", "Pemberton", "janet.pemberton").on(122).seen(72),
    of("Kieran", "Walsh", "kieran.walsh").on(123),
    of("Lucia", "Ferrari", "lucia.ferrari").on(124).seen(28),
    of("Mohammed", "Iqbal", "mohammed.iqbal").on(125),
    of("Mohamed", "Iqbal", "mohamed.iqbal").on(126).seen(6),
    of("Nadia", "Petrova", "nadia.petrova").on(127),
    of("Owen", "Griffiths", "owen.griffiths").on(128).seen(11),
    // Gone.
    of("Stanley", "Brook", "stanley.brook").closed(),
];
