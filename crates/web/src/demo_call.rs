//! The whole main job, played in text.
