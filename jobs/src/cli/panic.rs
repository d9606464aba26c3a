//! Keeps quiet about panics that the engine turns into errors.

/// Decoders may panic on hostile files, as may runners of models. The engine catches that and
/// reports the file as damaged, so the usual message would only alarm. A panic anywhere else is a
/// defect and is reported as always.
pub(super) fn silence_decoders() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let in_decoder = info.location().is_some_and(|place| {
            let file = place.file();
            ["symphonia", "opus", "rten"].iter().any(|name| file.contains(name))
        });
        if !in_decoder {
            report(info);
        }
    }));
}
