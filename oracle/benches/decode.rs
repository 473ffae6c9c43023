//! The neurons of one subnet, as a real node answered them: into values, and into Rust types.
//!
//! The time of the static codec depends on whether the compiler inlines its reads of single bytes, by up to four
//! times: see other builds too, as with `CARGO_PROFILE_BENCH_LTO=fat` or `CARGO_PROFILE_BENCH_LTO=off`, before saying
//! how tensorwire compares to it.

use parity_scale_codec::Decode;
use tensorwire_oracle::{NeuronInfoLite, chains, compete, payload, ratio, timed};

const ROUNDS: usize = 300;

fn main() {
    let Some(bytes) = payload("finney-343-neurons-lite-netuid1") else { return };
    let Some(chain) = chains().into_iter().find(|chain| chain.runtime.spec_version() == 343) else { return };
    let (plan, registry) = (chain.runtime.plan(), chain.registry());
    let method = chain.runtime.api_method("NeuronInfoRuntimeApi", "get_neurons_lite");
    let ty = method.expect("the runtime has it").output();

    let medians = compete(
        &format!("1,024 neurons, {} bytes", bytes.len()),
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
    println!("scale_value / Value: {:.1} (bar: at least 10)", ratio(theirs, value));
}
