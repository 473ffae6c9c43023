//! The neurons of one subnet, as a real node answered them: into values, and into Rust types.

use parity_scale_codec::Decode;
use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};
use tensorwire_oracle::{NeuronInfoLite, chains, compete, payload, ratio};

const ROUNDS: usize = 300;

/// Makes glibc keep the memory it once got, instead of returning it and asking for it again.
const KEEP_MEMORY: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=67108864",
);

fn main() {
    // The pages of fresh memory cost as much as decoding does, and the static codec asks for them most often, since
    // it grows its vector in pieces. Both figures are true, neither alone; the setting is read when a process starts.
    if std::env::var_os(KEEP_MEMORY.0).is_some() {
        return compare("memory is kept");
    }
    compare("memory is returned and asked for again, as glibc has it");
    let again = std::env::current_exe()
        .map(|program| Command::new(program).env(KEEP_MEMORY.0, KEEP_MEMORY.1).status());
    again.expect("this program has a path").expect("it runs again");
}

fn compare(memory: &str) {
    let Some(bytes) = payload("finney-343-neurons-lite-netuid1") else { return };
    let Some(chain) = chains().into_iter().find(|chain| chain.runtime.spec_version() == 343) else { return };
    let (plan, registry) = (chain.runtime.plan(), chain.registry());
    let method = chain.runtime.api_method("NeuronInfoRuntimeApi", "get_neurons_lite");
    let ty = method.expect("the runtime has it").output();

    let medians = compete(
        &format!("1,024 neurons, {} bytes; {memory}", bytes.len()),
        ROUNDS,
        vec![
            ("static codec", timed(|| Vec::<NeuronInfoLite>::decode(&mut &*bytes).expect("it decodes"))),
            ("tensorwire, typed", {
                timed(|| plan.decode_as::<Vec<tensorwire::NeuronInfoLite>>(ty, &bytes).expect("it decodes"))
            }),
            ("tensorwire, Value", timed(|| plan.decode(ty, &bytes).expect("it decodes"))),
            ("scale_value, Value", {
                timed(|| {
                    scale_value::scale::decode_as_type(&mut &*bytes, ty.0, registry).expect("it decodes")
                })
            }),
        ],
    );
    let [codec, typed, value, theirs] = medians[..] else { return };
    println!("typed / static codec: {:.2} (bar: at most 1.3)", ratio(typed, codec));
    println!("Value / static codec: {:.2} (bar: at most 2.5)", ratio(value, codec));
    println!("scale_value / Value: {:.1} (bar: at least 10)\n", ratio(theirs, value));
}

/// The time that it takes to make something, without the time to drop it.
fn timed<'c, T>(make: impl Fn() -> T + 'c) -> Box<dyn FnMut() -> Duration + 'c> {
    Box::new(move || {
        let start = Instant::now();
        let made = black_box(make());
        let time = start.elapsed();
        drop(made);
        time
    })
}
