//! Eras, against the one that runtimes are built with.

use parity_scale_codec::Encode;
use sp_runtime::generic;
use tensorwire_scale::Era;

#[test]
fn eras_equal_those_of_sp_runtime() {
    let mut random = fastrand::Rng::with_seed(tensorwire_oracle::seed());
    let edges =
        [0, 1, 2, 3, 4, 5, 63, 64, 65, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, u64::from(u32::MAX)];
    for case in 0..200_000usize {
        let period = edges.get(case % 32).copied().unwrap_or_else(|| random.u64(..) >> random.u8(40..64));
        let from = edges.get(case / 32 % 32).copied().unwrap_or_else(|| random.u64(..) >> random.u8(20..64));
        let (ours, theirs) = (Era::mortal(period, from), generic::Era::mortal(period, from));
        assert_eq!(ours.encode(), theirs.encode(), "{period} from {from}");
        let block = from + random.u64(..70_000);
        assert_eq!(ours.birth(block), theirs.birth(block), "{period} from {from} at {block}");
        assert_eq!(ours.death(block), theirs.death(block), "{period} from {from} at {block}");
    }
    let immortal = generic::Era::Immortal;
    assert_eq!(Era::Immortal.encode(), immortal.encode());
    assert_eq!((Era::Immortal.birth(9), Era::Immortal.death(9)), (immortal.birth(9), immortal.death(9)));
}
