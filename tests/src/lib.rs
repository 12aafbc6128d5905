//! Nothing: the stories are the integration test `stories`. Cargo wants a target to hang it on.
