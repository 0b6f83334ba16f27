// TeacherRecord: what a teacher computed for one image, from which students learn.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace edgevlm {

// A matrix in float16. Rows that are cells of a grid are in row-major order of that grid.
struct HalfRows {
  int rows = 0;
  int cols = 0;
  int grid_width = 0;                      // cells per row of the grid; 0: the rows are no grid
  std::vector<std::uint16_t> values = {};  // [rows, cols]

  bool empty() const { return values.empty(); }
  bool operator==(const HalfRows&) const = default;
};

// values [rows, cols]; all are rounded to float16. REQUIRES: grid_width divides rows, or is 0.
HalfRows HalfRowsOf(std::span<const float> values, int cols, int grid_width = 0);

// The most likely next tokens at several positions, the most likely first. The probability of all
// others is kept as a sum, so that what a student gives to them can be compared too.
struct TopTokens {
  int rows = 0;
  int count = 0;                                      // K, of each row
  std::vector<std::int32_t> ids = {};                 // [rows, K]
  std::vector<std::uint16_t> log_probabilities = {};  // [rows, K], float16, in nats
  std::vector<std::uint16_t> rest = {};               // [rows], float16: probability of the others

  bool empty() const { return rows == 0; }
  bool operator==(const TopTokens&) const = default;
};

// logits [rows, vocabulary]. count: K; fewer if the vocabulary is smaller. Of equal ones, the lower
// id comes first. REQUIRES: vocabulary >= 1, count >= 1.
TopTokens TopTokensOf(std::span<const float> logits, int vocabulary, int count);

// A question about the image with a reply, and what the teacher expected at each of its tokens.
struct TeacherText {
  std::string kind;         // "count", "caption", ...
  std::string question;     // as in Text (train/data/text_rows.h): empty asks for a caption
  std::string reply;        // the data set's, or the teacher's own
  std::uint8_t is_own = 0;  // 1: the reply is the teacher's own
  std::vector<std::int32_t> tokens = {};  // of the reply, in the teacher's vocabulary
  TopTokens next = {};  // [tokens + 1]: at each token, and at the end of the reply; or none

  bool operator==(const TeacherText&) const = default;
};

// Whatever was not wanted, or the teacher does not have, is empty.
struct TeacherRecord {
  std::uint64_t item = 0;        // index in the data set
  std::uint64_t image_hash = 0;  // HashOf the image's pixels
  HalfRows features;             // [P, E] of the vision encoder
  HalfRows projected;            // [T, D]: the projector's output, as the decoder reads it
  HalfRows attention;            // [P, 1]: the attention that each feature's patch receives
  TopTokens visual;              // [T]: what the decoder expects after each image token
  int visual_grid_width = 0;     // image tokens per row of their grid; 0: they are no grid
  // [T, T]: how alike the logits at two image tokens are (their product, of logits with mean zero),
  // divided by the mean over the diagonal. Packed: row i has its first i + 1 values.
  std::vector<std::uint16_t> relations = {};
  std::vector<TeacherText> texts = {};

  bool operator==(const TeacherRecord&) const = default;
};

// logits [rows, vocabulary] -> TeacherRecord::relations. O(rows^2 vocabulary).
std::vector<std::uint16_t> RelationsOf(std::span<const float> logits, int vocabulary);

// Values of a packed triangle with so many rows.
constexpr std::uint64_t TriangleSize(std::uint64_t rows) { return rows * (rows + 1) / 2; }

// Tells whether an image is the one that a teacher saw. rgb: its pixels.
std::uint64_t HashOf(int width, int height, std::span<const std::uint8_t> rgb);

}  // namespace edgevlm
