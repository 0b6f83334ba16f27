// PackedMatrix: a matrix that AWQ or GPTQ quantized, as its folder stores it.
//
// W[out, in] = scale[g, out] * (quant[in, out] - zero[g, out]), where g is the group of the input.
// With P = 32 / bits quants per int32, the first in the lowest bits:
//   AWQ   qweight [in, out / 8], qzeros [groups, out / 8]: of 8 neighboring outputs in the order
//         0, 2, 4, 6, 1, 3, 5, 7
//   GPTQ  qweight [in / P, out]: of P neighboring inputs; qzeros [groups, out / P]: of P
//   neighboring
//         outputs; g_idx [in]: the group of each input, where groups are not in order ("act-order")
//   both  scales [groups, out], float16 or bfloat16
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/checkpoint.h"
#include "convert/huggingface/packed_scheme.h"
#include "tensor/dtype.h"

namespace edgevlm {

// Whether the checkpoint has the module's weight in this form.
bool HasPackedMatrix(const Checkpoint& checkpoint, const std::string& module);

// Views of a checkpoint, which must outlive it.
class PackedMatrix {
 public:
  // Reads scales, zeros and groups. Errors: kNotFound (a part is missing), kCorrupt (a shape that
  // does not fit the others or the scheme, a scale that is not finite, a group that does not
  // exist); all name the tensor.
  static Result<PackedMatrix> Open(const Checkpoint& checkpoint, const std::string& module,
                                   const PackedScheme& scheme);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }
  // The tensors that it consists of.
  const std::vector<std::string>& parts() const { return parts_; }

  // The type whose blocks hold these quants as they are: Q4_0 or Q8_0 if all zeros are in the
  // middle, else Q4_1, whose minimum, scale * zero, is rounded to float16. F32: none.
  DType block_type() const { return block_type_; }
  // Why block_type() is F32, for people.
  const std::string& obstacle() const { return obstacle_; }

  // All quants, row-major [outputs, inputs].
  std::vector<std::uint8_t> Unpack() const;

  // One row of Unpack() as blocks. REQUIRES: block_type() is not F32; row has the bytes of a row.
  void WriteBlocks(int output, std::span<const std::uint8_t> quants,
                   std::span<std::byte> row) const;
  // One row of Unpack() as numbers.
  void Dequantize(int output, std::span<const std::uint8_t> quants, std::span<float> row) const;

 private:
  struct Factors {
    float scale;
    int zero;
  };

  MaybeError ReadShapes(const PackedScheme& scheme);
  MaybeError ReadFactors();
  MaybeError ReadGroups();
  void ChooseBlockType();
  int ZeroAt(int group, int output) const;
  const Factors& FactorsOf(int group, int output) const {
    return factors_[static_cast<std::size_t>(group) * static_cast<std::size_t>(outputs_) +
                    static_cast<std::size_t>(output)];
  }

  PackedScheme scheme_;
  std::string module_;
  const SafetensorsTensor* weight_ = nullptr;
  const SafetensorsTensor* zeros_ = nullptr;
  const SafetensorsTensor* scales_ = nullptr;
  const SafetensorsTensor* group_ids_ = nullptr;  // null: groups are in order
  std::vector<std::string> parts_;
  int inputs_ = 0;
  int outputs_ = 0;
  int group_ = 0;  // inputs of a group
  int groups_ = 0;
  std::vector<Factors> factors_;  // [groups, outputs]
  std::vector<int> group_of_;     // [inputs]
  bool is_in_order_ = true;
  DType block_type_ = DType::kF32;
  std::string obstacle_;
};

}  // namespace edgevlm
