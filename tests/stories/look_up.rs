//! D9.1 and D9.2: what an agent finds, how often, and what stays hidden until a call is open.

use recovery_desk::operations::compare_preview::ComparePreview;
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::look_up::LookUp;
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
    async fn d9_1_a_search_needs_three_letters_shows_eight_rows_and_knows_no_wildcards(engine: Engine) {
        let world = World::live(engine).await;
        for i in 0..10 {
            let email = format!("sam{i}@harrow.example");
            let sam = NewUser { given: "Sam", family: "O'Leary", email: &email, company: "Harrow & Sons", ..NewUser::default() };
            world.user(sam).await;
        }
        world.user(NewUser { given: "Wei", family: "Ng", email: "wei@harrow.example", ..NewUser::default() }).await;
        let dana = world.agent("Dana Whitlock").await;
        let found = dana.look_up("sam").await.unwrap();
        assert_eq!((found.users.len(), found.more), (8, true));
        assert!(found.users.iter().all(|row| row.masked_email.starts_with("s•") && row.admin_state.is_none()));
        assert_eq!(dana.look_up("ng").await.unwrap().users.len(), 1, "two letters of a surname");
        for empty in ["", "s", "%%%", "___", "***", "s%m", "s_m", "s*m", "' OR 1=1 --", "nobody"] {
            let found = dana.look_up(empty).await.unwrap();
            assert!(found.users.is_empty() && !found.more, "{empty} found {}", found.users.len());
        }
        assert!(dana.look_up("s").await.unwrap().too_short);
    }

    async fn d9_1_whoever_is_asked_for_is_found_by_any_beginnings_in_any_order(engine: Engine) {
        let world = World::live(engine).await;
        for (given, family, email, company) in [
            ("Anna Maria", "García López", "anna@lumen.example", "Lumen Studio"),
            ("Maria", "Annan", "maria@lumen.example", "Lumen Studio"),
            ("Jan", "van den Berg", "jan@harrow.example", "Harrow & Sons"),
            ("Harriet", "Lum", "desk_2020@harrow.example", "Harrow & Sons"),
            ("Sara", "Willora", "s.willora_w@studio.example", "Mulman Studio 6040"),
            ("Sara", "Quist", "quist@studio.example", "Mulman Studio 16040"),
            ("Ana", "Reis", "reis@studio.example", "Studio 54 Lisbon"),
        ] {
            world.user(NewUser { given, family, email, company, ..NewUser::default() }).await;
        }
        let dana = world.agent("Dana Whitlock").await;
        for (typed, found) in [
            ("anna gar", vec!["Anna Maria García López"]),
            ("garcia lop", vec!["Anna Maria García López"]),
            ("garcia anna mar", vec!["Anna Maria García López"]),
            ("maria ann", vec!["Maria Annan", "Anna Maria García López"]),
            ("van den b", vec!["Jan van den Berg"]),
            ("jan berg", vec!["Jan van den Berg"]),
            ("jan harrow", vec!["Jan van den Berg"]),
            ("harrow sons jan", vec!["Jan van den Berg"]),
            ("harrow lum", vec!["Harriet Lum"]),
            ("lumen", vec!["Anna Maria García López", "Maria Annan"]),
            ("lum", vec!["Harriet Lum", "Maria Annan", "Anna Maria García López"]),
            ("jan@har", vec!["Jan van den Berg"]),
            ("desk_2020", vec!["Harriet Lum"]),
            ("har_2020", vec![]),
            // A family name whose letters could be a call reference's digits.
            ("willora", vec!["Sara Willora"]),
            ("mulman studio 6040 sara", vec!["Sara Willora"]),
            ("mulman studio 6040", vec!["Sara Willora"]),
            ("mulman studio 16040 sara", vec!["Sara Quist"]),
            ("sara mulman studio 16040", vec!["Sara Quist"]),
            ("studio 54 ana", vec!["Ana Reis"]),
            ("ana studio 54", vec!["Ana Reis"]),
            ("reis 54", vec!["Ana Reis"]),
            // In the middle of an address, where nothing begins so; no letter is a wildcard.
            ("illora_w", vec!["Sara Willora"]),
            ("k_202", vec!["Harriet Lum"]),
            ("k%202", vec![]),
            ("illora__w", vec![]),
            ("tudio.exa", vec![]),
        ] {
            let mut names: Vec<_> =
                dana.look_up(typed).await.unwrap().users.into_iter().map(|row| row.name).collect();
            let mut found: Vec<_> = found.into_iter().map(str::to_owned).collect();
            if typed != "lum" {
                names.sort();
                found.sort();
            }
            assert_eq!(names, found, "{typed}");
        }
    }

    async fn d9_1_keystrokes_of_one_search_count_once_and_the_sixty_first_search_is_refused(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        for typed in ["pri", "priy", "priya"] {
            let search = LookUp { query: typed.to_owned(), search_id: "one".to_owned() };
            assert_eq!(dana.ask(search).await.unwrap().used_this_hour, 1);
        }
        for i in 2..=60 {
            assert_eq!(dana.look_up("priya").await.unwrap().used_this_hour, i);
        }
        assert_eq!(refused(dana.look_up("priya").await), "look_up_limit");
        let tom = world.agent("Tom Ito").await;
        assert_eq!(tom.look_up("priya").await.unwrap().used_this_hour, 1, "the limit is each operator's own");
        world.later(Span::hours(1));
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        assert_eq!(dana.look_up("priya").await.unwrap().used_this_hour, 1);
        assert_eq!(world.audited("look_up", "refused").await, 1);
        assert_eq!(world.audited("look_up", "done").await, 64);
    }

    async fn d9_2_nothing_beyond_the_masked_row_is_readable_without_an_open_call_of_ones_own(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.open(&priya).await.unwrap();
        assert!(call.user.address.is_none(), "the address shows once the caller is verified");
        let id = call.call_id;
        assert_eq!(refused(tom.ask(CurrentCall { call_id: Some(id.clone()) }).await), "call_not_open");
        let preview = ComparePreview { call_id: id.clone(), slot: 1, text: "Ford".to_owned().into() };
        assert_eq!(refused(tom.ask(preview).await), "call_not_open");
        assert_eq!(refused(tom.check(&id, right()).await), "call_not_open");
        assert_eq!(refused(tom.send(&id).await), "call_not_open");
        assert_eq!(refused(tom.end(&id).await), "call_not_open");
        assert_eq!(refused(tom.open("01ARZ3NDEKTSV4RRFFQ69G5FAV").await), "not_found");
        let refusals = world.audit().await.iter().filter(|row| row.result == "refused").count();
        assert_eq!(refusals, 6, "each of them is in the audit log");
    }
}
