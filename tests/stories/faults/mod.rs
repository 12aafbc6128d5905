//! What goes wrong around the program: clocks, disks, other programs in the database, servers that restart, wires that
//! are cut, processes that sleep. What the program does itself while it dies is in `crash`.

mod busy;
mod clock;
mod cutter;
mod disk_full;
mod held;
mod paused;
mod server;
