// Prompt: the tokens and images that a sequence holds or will hold, in order.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "decode/input.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

class Prompt {
 public:
  void Add(std::span<const int> tokens);
  // Rows [first_row, first_row + rows) of an image's embeddings. REQUIRES: it has them.
  void Add(std::shared_ptr<const EncodedImage> image, int first_row, int rows);

  // The last tokens begin the reply: the model continues from there.
  void EndInReply() { ends_in_reply_ = true; }
  bool ends_in_reply() const { return ends_in_reply_; }

  // The rows of an image attend to each other in both directions: they must be computed together.
  // Those of a sound do not.
  void KeepImagesWhole() { keeps_images_whole_ = true; }

  // The greatest m <= n at which no image that must stay whole is cut. REQUIRES: 0 <= n <= rows().
  int WholeRows(int n) const;

  // Positions in the context.
  int rows() const { return rows_; }

  // Rows of the prefix that other prompts may share: up to the end of the last image, or all rows
  // if there is none.
  int PrefixRows() const;

  // The inputs from row `first` on. Views of this prompt and of its images. REQUIRES: 0 <= first <=
  // rows(), WholeRows(first) == first.
  std::vector<Input> InputsFrom(int first) const;

  // How far the rotary positions are ahead of the rows at row n (Sequence::rotary_shift). REQUIRES:
  // 0 <= n <= rows().
  int RotaryShiftAt(int n) const;

  // All tokens, without image rows.
  std::vector<int> Tokens() const;

  // Drops all but the first n rows. REQUIRES: 0 <= n <= rows().
  void TruncateTo(int n);

  // The length of the common prefix in rows. O(rows); images are compared by their values unless
  // they are one object.
  friend int CommonRows(const Prompt& a, const Prompt& b);

  // Tokens, or rows of an image. Neighboring tokens are always in one part, so that equal prompts
  // have equal parts.
  struct Part {
    std::vector<int> tokens = {};
    std::shared_ptr<const EncodedImage> image = nullptr;
    int first_row = 0;
    int rows = 0;
    TokenGrid grid = {};  // that the image's rows begin; or empty
  };
  std::span<const Part> parts() const { return parts_; }

 private:
  static int CommonRows(const Part& a, const Part& b);
  bool IsKeptWhole(const Part& part) const;

  std::vector<Part> parts_;
  int rows_ = 0;
  bool ends_in_reply_ = false;
  bool keeps_images_whole_ = false;
};

}  // namespace edgevlm
