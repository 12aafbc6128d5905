//! Connecting, told through the doors of the window: first run, later starts with and without a keyring, leaving.
