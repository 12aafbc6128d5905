//! Fragments of addresses, for a look-up that found nothing by beginnings: an index of triples of letters, which each
//! engine has in its own way (migration 0003).

use super::look_up::HITS;
use crate::database::{Tx, sql};

/// Users the part of whose address before the `@` contains this, read from the index of fragments; of a common fragment
/// only some. Three characters at least.
pub async fn containing(tx: &mut Tx, fragment: &str) -> Result<Vec<String>, sqlx::Error> {
    match tx {
        Tx::Sqlite(_) => {
            // No positions are kept in the index: it gives who has all the fragment's triples, and what has them elsewhere
            // is left out here.
            sql("SELECT u.id FROM (SELECT rowid AS number FROM fragments WHERE fragments MATCH $1 LIMIT 200) AS f
                 CROSS JOIN user_fragments AS n CROSS JOIN users AS u
                 WHERE n.number = f.number AND u.id = n.user_id
                   AND instr(substr(u.email_fold, 1, instr(u.email_fold, '@') - 1), $2) > 0 LIMIT $3")
            .bind(triples(fragment))
            .bind(fragment)
            .bind(HITS as i64)
            .texts(tx)
            .await
        }
        Tx::Postgres(_) if fragment.chars().count() <= 3 => by_chance(tx, fragment, "2000").await,
        Tx::Postgres(_) => {
            let found = by_chance(tx, fragment, "20000").await?;
            if found.len() < HITS { by_chance(tx, fragment, "0").await } else { Ok(found) }
        }
    }
}

/// Some who contain the fragment, on PostgreSQL: of each of its triples that more rows have than the limit, a chance choice
/// of that many (0: all). With several triples they are other rows of each, so that of many only few have all: whoever
/// finds less than a page looks again without a limit. Without any, a fragment that a tenth of ten million addresses
/// contain would read them all.
async fn by_chance(tx: &mut Tx, fragment: &str, limit: &str) -> Result<Vec<String>, sqlx::Error> {
    let _: (String,) = sql("SELECT set_config('enable_seqscan', 'off', true)
                             || set_config('gin_fuzzy_search_limit', $1, true)
                             || set_config('plan_cache_mode', 'force_custom_plan', true)")
    .bind(limit)
    .one(tx)
    .await?;
    let found = sql("SELECT id FROM users WHERE split_part(email_fold, '@', 1) LIKE $1 LIMIT $2")
        .bind(format!("%{}%", fragment.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")))
        .bind(HITS as i64)
        .texts(tx)
        .await?;
    let _: (String,) = sql("SELECT set_config('enable_seqscan', 'on', true)
                             || set_config('gin_fuzzy_search_limit', '0', true)
                             || set_config('plan_cache_mode', 'force_generic_plan', true)")
    .one(tx)
    .await?;
    Ok(found)
}

/// What FTS5 is asked for: all the three-letter pieces of a text, each quoted.
fn triples(fragment: &str) -> String {
    let letters: Vec<char> = fragment.chars().collect();
    let quoted = |three: &[char]| format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\""));
    letters.windows(3).map(quoted).collect::<Vec<_>>().join(" AND ")
}
