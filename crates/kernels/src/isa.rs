//! The only place that knows instruction sets.
//!
//! A [`Body`] is a loop over one tile, written once in plain Rust. [`Code`] instantiates it for each
//! instruction set through wrappers with `#[target_feature]`, into which the loop is inlined and vectorised,
//! and keeps the one function pointer that this machine should call.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::args::Args;

/// Instruction sets that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// What every processor of the target has.
    Baseline,
    /// AVX2 with FMA and BMI.
    Avx2,
    /// AVX-512 F, DQ, VL, BW, CD, with everything of AVX2.
    Avx512,
}

impl Isa {
    /// The best instruction set of this machine.
    ///
    /// `CHUNKWISE_ISA` set to `baseline` or `avx2` chooses a lower one.
    pub fn detect() -> Isa {
        static DETECTED: OnceLock<Isa> = OnceLock::new();
        *DETECTED.get_or_init(|| {
            let wanted = match std::env::var("CHUNKWISE_ISA").as_deref() {
                Ok("baseline") => Isa::Baseline,
                Ok("avx2") => Isa::Avx2,
                _ => Isa::Avx512,
            };
            wanted.min(Self::supported())
        })
    }

    /// The best instruction set that this machine can run.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn supported() -> Isa {
        macro_rules! has { ($($f:tt)*) => { true $(&& is_x86_feature_detected!($f))* }; }
        if !has!("avx2" "fma" "bmi1" "bmi2" "lzcnt" "popcnt") {
            Isa::Baseline
        } else if has!("avx512f" "avx512dq" "avx512vl" "avx512bw" "avx512cd") {
            Isa::Avx512
        } else {
            Isa::Avx2
        }
    }

    /// The best instruction set that this machine can run.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn supported() -> Isa {
        Isa::Baseline
    }

    /// The instruction sets that this machine can run, the baseline first.
    pub fn available() -> Vec<Isa> {
        [Isa::Baseline, Isa::Avx2, Isa::Avx512].into_iter().filter(|&isa| isa <= Self::supported()).collect()
    }
}

/// What a loop may ask of the instruction set that it is compiled for.
pub(crate) trait Level: Copy + 'static {
    /// Which one it is.
    const ISA: Isa;
}

#[derive(Clone, Copy)]
pub(crate) struct Baseline;
#[derive(Clone, Copy)]
pub(crate) struct Avx2;
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

impl Level for Baseline {
    const ISA: Isa = Isa::Baseline;
}
impl Level for Avx2 {
    const ISA: Isa = Isa::Avx2;
}
impl Level for Avx512 {
    const ISA: Isa = Isa::Avx512;
}

/// A loop over one tile. `run` must be `#[inline(always)]`, or it is compiled for the baseline only.
pub(crate) trait Body: Send + Sync + 'static {
    /// Whether it reads constants as operands that [repeat](Args::repeats).
    const REPEATS: bool = false;

    /// Runs over the tile that `args` describes.
    ///
    /// # Safety
    /// `args` must satisfy what the body's own documentation asks, see [`Args`].
    unsafe fn run<L: Level>(&self, args: &Args<'_>);
}

type Call = unsafe fn(*const (), &Args<'_>);

unsafe fn baseline<B: Body>(body: *const (), args: &Args<'_>) {
    // SAFETY: `Code` passes the body it was made from; `args` is the caller's promise.
    unsafe { (*body.cast::<B>()).run::<Baseline>(args) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn avx2<B: Body>(body: *const (), args: &Args<'_>) {
    // SAFETY: as in `baseline`.
    unsafe { (*body.cast::<B>()).run::<Avx2>(args) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx512cd,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn avx512<B: Body>(body: *const (), args: &Args<'_>) {
    // SAFETY: as in `baseline`.
    unsafe { (*body.cast::<B>()).run::<Avx512>(args) }
}

/// A loop over tiles, compiled for one instruction set.
#[derive(Clone)]
pub struct Code {
    call: Call,
    body: *const (),
    /// Whether it reads constants as operands that repeat.
    repeats: bool,
    /// Keeps `body` alive; nothing for bodies without data.
    _owner: Option<Arc<dyn Any + Send + Sync>>,
}

// SAFETY: bodies are Send + Sync, and the pointer is only read.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

impl Code {
    /// `body`, compiled for `isa`, or for the best that this machine has if that is less.
    pub(crate) fn new<B: Body>(body: B, isa: Isa) -> Code {
        let call: Call = match isa.min(Isa::supported()) {
            Isa::Baseline => baseline::<B>,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => avx2::<B>,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => avx512::<B>,
            #[cfg(not(target_arch = "x86_64"))]
            _ => baseline::<B>,
        };
        if size_of::<B>() == 0 && !std::mem::needs_drop::<B>() {
            return Code {
                call,
                body: std::ptr::NonNull::<B>::dangling().as_ptr().cast_const().cast(),
                repeats: B::REPEATS,
                _owner: None,
            };
        }
        let owner = Arc::new(body);
        Code { call, body: Arc::as_ptr(&owner).cast(), repeats: B::REPEATS, _owner: Some(owner) }
    }

    /// Whether it reads constants as operands that [repeat](Args::repeats).
    pub(crate) fn repeats(&self) -> bool {
        self.repeats
    }

    /// Runs over one tile.
    ///
    /// # Safety
    /// What the body asks of `args`.
    #[inline]
    pub(crate) unsafe fn run(&self, args: &Args<'_>) {
        // SAFETY: `call` is the wrapper for the type of `body`; this machine has its features (`new`).
        unsafe { (self.call)(self.body, args) }
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code")
    }
}
