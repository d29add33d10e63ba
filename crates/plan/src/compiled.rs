//! The programs of a plan, compiled.

use chunkwise_kernels::contract::Product;
use chunkwise_kernels::scan::Scan;
use chunkwise_kernels::{Isa, Kernel, ProgramError};

use crate::reshape::copy_kernel;
use crate::{Plan, Stage, Variant};

/// The programs of a plan, compiled for an instruction set. They are the same wherever the plan's sources lie.
pub struct Compiled {
    /// Per stage, the kernel of each variant, or the one that copies; empty for stages without.
    pub(crate) kernels: Vec<Vec<Kernel>>,
    /// Per stage, the product of a contraction.
    pub(crate) products: Vec<Option<Product>>,
    /// Per stage, the loops of a scan.
    pub(crate) scans: Vec<Option<Scan>>,
}

impl Compiled {
    /// Compiles the programs of a plan.
    ///
    /// # Errors
    /// A program that the kernels refuse, with the label of its stage.
    pub fn new(plan: &Plan, isa: Isa) -> Result<Self, (String, ProgramError)> {
        let mut kernels = Vec::with_capacity(plan.stages.len());
        let mut products = Vec::with_capacity(plan.stages.len());
        let mut scans = Vec::with_capacity(plan.stages.len());
        for stage in &plan.stages {
            let compile = |variant: &Variant| {
                Kernel::new(&variant.program, isa).map_err(|e| (stage.info().label.clone(), e))
            };
            products.push(match stage {
                Stage::Contract(contract) => Some(Product::new(plan.array(contract.array).dtype, isa)),
                _ => None,
            });
            scans.push(match stage {
                Stage::Scan(scan) => Scan::new(scan.op, plan.array(scan.array).dtype, isa),
                _ => None,
            });
            kernels.push(match stage {
                Stage::Fused(fused) => fused.variants.iter().map(compile).collect::<Result<_, _>>()?,
                Stage::Reshape(reshape) => {
                    let input = plan.array(reshape.input);
                    let kernel = copy_kernel(input.shape.len(), input.dtype, isa);
                    vec![kernel.map_err(|e| (reshape.info.label.clone(), e))?]
                }
                Stage::Contract(contract) => contract.variants().map(compile).collect::<Result<_, _>>()?,
                Stage::Scan(scan) => scan.operand.variants.iter().map(compile).collect::<Result<_, _>>()?,
                Stage::Order(order) => {
                    let result = plan.array(order.array);
                    let copy = copy_kernel(result.shape.len(), result.dtype, isa);
                    let copy = std::iter::once(copy.map_err(|e| (order.info.label.clone(), e)));
                    order.elements.variants.iter().map(compile).chain(copy).collect::<Result<_, _>>()?
                }
                Stage::Combine(_) | Stage::Read(_) | Stage::Write(_) | Stage::Call(_) => Vec::new(),
            });
        }
        Ok(Compiled { kernels, products, scans })
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} programs)", self.kernels.iter().map(Vec::len).sum::<usize>())
    }
}
