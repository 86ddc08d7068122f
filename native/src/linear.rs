//! A linear layer: weights times a few columns of inputs, plus a bias.

use crate::lanes::{LANES, Lanes};
use std::array::from_fn;

/// Sums in flight: half of the sixteen registers that processors have for them; the rest hold factors.
const SUMS: usize = 8;

/// For `COLUMNS` inputs at once, `VECTORS` · 4 outputs at a time: together as many sums as registers hold.
pub struct Linear<const COLUMNS: usize, const VECTORS: usize> {
    input_count: usize,
    /// `[outputs / (4 · VECTORS) × inputs]`: what one input adds to so many outputs.
    weights: Box<[[Lanes; VECTORS]]>,
    bias: Box<[[Lanes; VECTORS]]>,
}

impl<const COLUMNS: usize, const VECTORS: usize> Linear<COLUMNS, VECTORS> {
    const BLOCK: usize = VECTORS * LANES;

    /// `weight_at(output, input)`; there must be as many biases as outputs, a multiple of 4 · VECTORS.
    pub fn new(bias: &[f32], input_count: usize, weight_at: impl Fn(usize, usize) -> f32) -> Self {
        const { assert!(COLUMNS * VECTORS == SUMS) };
        assert_eq!(bias.len() % Self::BLOCK, 0, "outputs come in blocks");
        let vectors = |value_at: &dyn Fn(usize) -> f32| {
            from_fn(|vector| Lanes(from_fn(|lane| value_at(vector * LANES + lane))))
        };
        let block_count = bias.len() / Self::BLOCK;
        Linear {
            input_count,
            weights: (0..block_count * input_count)
                .map(|at| {
                    let (first, input) = (at / input_count * Self::BLOCK, at % input_count);
                    vectors(&|output| weight_at(first + output, input))
                })
                .collect(),
            bias: (0..block_count)
                .map(|block| vectors(&|output| bias[block * Self::BLOCK + output]))
                .collect(),
        }
    }

    /// `inputs` of each column, and `outputs` of as many. The sums are taken in the order of the inputs, so that a column has the same bits
    /// whatever stands beside it.
    #[inline(always)]
    pub fn apply<const OUTPUTS: usize>(&self, inputs: [&[f32]; COLUMNS], outputs: &mut [[f32; OUTPUTS]]) {
        assert_eq!(outputs.len(), COLUMNS);
        assert_eq!(OUTPUTS, self.bias.len() * Self::BLOCK);
        let inputs = inputs.map(|inputs| &inputs[..self.input_count]);
        let blocks = self.weights.chunks_exact(self.input_count).zip(&self.bias);
        for (block, (weights, bias)) in blocks.enumerate() {
            let mut sums = [*bias; COLUMNS];
            for (input, weights) in weights.iter().enumerate() {
                for (sums, inputs) in sums.iter_mut().zip(inputs) {
                    let value = Lanes::splat(inputs[input]);
                    for (sum, &weight) in sums.iter_mut().zip(weights) {
                        *sum = *sum + weight * value;
                    }
                }
            }
            for (outputs, sums) in outputs.iter_mut().zip(&sums) {
                for (outputs, sum) in outputs[block * Self::BLOCK..].chunks_exact_mut(LANES).zip(sums) {
                    outputs.copy_from_slice(&sum.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const COLUMNS: usize, const VECTORS: usize>() {
        let weight_at = |output: usize, input: usize| (output * 7 + input * 3) as f32 % 11.0 - 5.0;
        let bias: Vec<f32> = (0..64).map(|output| output as f32).collect();
        let inputs: [[f32; 9]; COLUMNS] =
            from_fn(|column| from_fn(|input| (input * COLUMNS + column) as f32 - 4.0));
        let mut outputs = [[0.0; 64]; COLUMNS];
        let layer = Linear::<COLUMNS, VECTORS>::new(&bias, 9, weight_at);
        layer.apply(from_fn(|column| &inputs[column][..]), &mut outputs);
        for (inputs, outputs) in inputs.iter().zip(&outputs) {
            for (output, &got) in outputs.iter().enumerate() {
                let products = inputs
                    .iter()
                    .enumerate()
                    .map(|(input, value)| weight_at(output, input) * value);
                assert_eq!(got, bias[output] + products.sum::<f32>(), "output {output}");
            }
        }
    }

    #[test]
    fn every_number_of_columns_gives_the_sums() {
        check::<1, 8>();
        check::<2, 4>();
        check::<4, 2>();
    }
}
