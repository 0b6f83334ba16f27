// The losses of distillation: how far a student is from what its teacher computed.
//
// Each is a mean, so that its weight means the same for every batch. Shapes are in brackets; the
// teacher's tensors need no gradient.
#pragma once

#include "train/distil/teaching.h"
#include "train/torch.h"

namespace edgevlm::train {

// How FeatureLoss compares two feature vectors.
enum class FeatureMeasure {
  kCosine,  // 1 - cos: only directions matter
  kMse,     // mean squared difference
};

// Feature distillation (FitNets: Romero et al., ICLR 2015): after a linear map, which the student
// only has in training, its features must be the teacher's.
//   student, teacher  [N, E]
torch::Tensor FeatureLoss(const torch::Tensor& student, const torch::Tensor& teacher,
                          FeatureMeasure measure);

// Relations between the images of a batch (similarity-preserving distillation: Tung and Mori, ICCV
// 2019): images that are alike for the teacher must be alike for the student. No map is needed,
// since only the cosines within each are compared; mean of the squared differences of the cosine
// matrices. Zero for a single image.
//   student [B, E], teacher [B, E of the teacher]
torch::Tensor RelationLoss(const torch::Tensor& student, const torch::Tensor& teacher);

// Response distillation (Hinton et al. 2015) on the teacher's most likely tokens: the divergence
// KL(teacher || student) over these and one class for all others, at a temperature T, times T^2 so
// that gradients keep their size. Also MDist of LLaVA-KD (Cai et al., ICCV 2025), if the rows are
// image tokens. Zero without rows.
//   logits [R, V]
torch::Tensor NextTokenLoss(const torch::Tensor& logits, const NextTokens& teacher,
                            double temperature);

// RDist of LLaVA-KD: the self-correlation of the logits at the image tokens, as one vector, must
// point where the teacher's points: 1 - cos. Logits are centered first, because a constant added to
// a token's logits changes no probability.
//   logits [B, P, V], relations [B, P, P]
torch::Tensor VisualRelationLoss(const torch::Tensor& logits, const torch::Tensor& relations);

}  // namespace edgevlm::train
