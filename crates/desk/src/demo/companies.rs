//! The invented companies.

/// An invented company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Company {
    /// Its name.
    pub name: &'static str,
    /// The domain of its addresses; `.example` reaches nobody [RFC 2606].
    pub domain: &'static str,
    /// Whether administrators alone handle its people.
    pub protected: bool,
}

pub(super) const HARTWELL: Company =
    Company { name: "Hartwell Logistics", domain: "hartwell.example", protected: false };
pub(super) const OSPREY: Company =
    Company { name: "Osprey Dental", domain: "osprey.example", protected: false };
pub(super) const CALDER: Company =
    Company { name: "Calder & Finch", domain: "calder.example", protected: false };
pub(super) const NORTHWAY: Company =
    Company { name: "Northway Treasury", domain: "northway.example", protected: true };

/// All of them.
pub(super) const COMPANIES: [Company; 4] = [HARTWELL, OSPREY, CALDER, NORTHWAY];
