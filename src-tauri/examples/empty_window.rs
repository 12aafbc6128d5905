//! The smallest window Tauri makes: one page of one word, no command, no plugin. What the desk's start and memory are held
//! against by the story `beside_empty`; no part of the program.

fn main() {
    let built = tauri::Builder::default().build(tauri::generate_context!("examples/empty/tauri.conf.json"));
    if let Ok(app) = built {
        app.run(|_, _| {});
    }
}
