//! Nobody learns by asking which addresses have an account: not from what comes back, not from the work it costs, not from
//! the time it takes (D1.1, D6.1).

mod bytes;
mod time;
mod work;
