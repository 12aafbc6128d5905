//! What is written about the tests, compared with the tests there are: the corner cases and the article, each statement
//! with the tests that bear its number. The tests of this program are asked of the program itself; those of the other
//! crates are read out of their sources, because their programs can't be asked from here.

mod article;
mod corner_cases;
mod found;
mod window_size;
