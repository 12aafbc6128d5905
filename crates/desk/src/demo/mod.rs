//! Demo data: invented people in invented companies, covering every state.

pub mod people;
