// The small models of tests/data/families, compared row by row with what other programs compute for
// them, and the preprocessing of their images.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/testing/golden_files.h"
#include "image/decode.h"
#include "image/tiles.h"
#include "model/families.h"

namespace edgevlm {
namespace {

// In float32. What is left is llama.cpp's rounding of activations to float16; GELU by the error
// function in place of tanh would give 0.9999.
constexpr double kExactCosine = 0.99999;
// In float32, with numbers that were computed in float32 by the same formulas: 1 - 1e-12 here, and
// 1 - 1.5e-8 with the other GELU.
constexpr double kSameFormulasCosine = 1 - 1e-9;
// With activations and weights rounded to int8, and attention in bfloat16.
constexpr double kFastCosine = 0.999;
constexpr double kFastLogitsCosine = 0.9995;  // of a decoder, whose weights are then int8

std::string PathIn(const std::string& name) { return "families/" + name; }

Image OpenImage(const std::string& name) {
  const MappedFile file = OpenGolden(PathIn(name));
  Result<Image> image = Decode(file.bytes(), DecodeLimits());
  CHECK(image.ok());
  return *std::move(image);
}

// The lowest cosine of a row and the one of the file.
double WorstCosine(const std::vector<float>& actual, const std::string& name, std::size_t cols) {
  const std::vector<float> expected = GoldenFloats(PathIn(name));
  CHECK(actual.size() == expected.size());
  return LeastCosine(actual, expected, cols);
}

// Vision encoder and projector of a file.
class ImageEncoder {
 public:
  explicit ImageEncoder(const std::string& name, Packing packing = Packing::kExact,
                        int merged_tokens = 0)
      : mapped_(OpenGolden(PathIn(name))), file_(*GgufFile::Parse(mapped_.bytes())) {
    auto vision = LoadVisionEncoder(file_, {.packing = packing, .merged_tokens = merged_tokens});
    auto projector = LoadProjector(file_, packing);
    CHECK(vision.ok() && projector.ok());
    vision_ = *std::move(vision);
    projector_ = *std::move(projector);
  }

  const VisionShape& shape() const { return vision_->shape(); }
  const Preprocessing& preprocessing() const { return vision_->shape().preprocessing; }
  const Projector& projector() const { return *projector_; }

  // [n * S * S, 3] of all tiles.
  std::vector<float> Pixels(const Image& image) const {
    const TileGrid grid = projector_->Layout({image.width, image.height}, {}).grid;
    const int rows = grid.tiles() * preprocessing().size * preprocessing().size;
    std::vector<float> pixels(static_cast<std::size_t>(rows) * 3);
    ThreadPool pool(2);
    PreprocessTiles(image, grid, preprocessing(), {pixels.data(), rows, 3}, pool);
    return pixels;
  }

  // The features of all tiles.
  std::vector<float> Features(const Image& image, bool fast) const {
    std::vector<float> pixels = Pixels(image);
    const VisionShape& shape = vision_->shape();
    const int rows = static_cast<int>(pixels.size()) / 3;
    const int tiles = rows / (preprocessing().size * preprocessing().size);
    std::vector<float> features(static_cast<std::size_t>(tiles * shape.tokens * shape.width));
    ThreadPool pool(2);
    Workspace workspace;
    const View<const float> images(pixels.data(), rows, 3);
    vision_->Encode(images, View<float>(features.data(), tiles * shape.tokens, shape.width),
                    workspace, {.pool = pool, .fast = fast});
    return features;
  }

  // Their embeddings.
  std::vector<float> Embeddings(const Image& image, bool fast) const {
    const std::vector<float> features = Features(image, fast);
    const VisionShape& shape = vision_->shape();
    const int rows = static_cast<int>(features.size()) / shape.width;
    const int tokens = rows / shape.tokens * projector_->Tokens(shape.tokens);
    const int width = projector_->outputs();
    std::vector<float> embeddings(static_cast<std::size_t>(tokens * width));
    ThreadPool pool(2);
    Workspace workspace;
    projector_->Project({features.data(), rows, shape.width}, {embeddings.data(), tokens, width},
                        workspace, {.pool = pool, .fast = fast});
    return embeddings;
  }

 private:
  MappedFile mapped_;
  GgufFile file_;
  std::unique_ptr<VisionEncoder> vision_;
  std::unique_ptr<Projector> projector_;
};

void ExpectEmbeddings(const std::string& mmproj, const std::string& image,
                      const std::string& expected) {
  const ImageEncoder exact(mmproj), fast(mmproj, Packing::kInt8);
  const auto width = static_cast<std::size_t>(exact.projector().outputs());
  EXPECT_GE(WorstCosine(exact.Embeddings(OpenImage(image), false), expected, width), kExactCosine);
  EXPECT_GE(WorstCosine(fast.Embeddings(OpenImage(image), true), expected, width), kFastCosine);
}

// The tiles of prep.png, one below the other, as the family's own code prepares them.
void ExpectPixels(const ImageEncoder& encoder, const std::string& expected) {
  const Image tiles = OpenImage(expected);
  const std::vector<float> pixels = encoder.Pixels(OpenImage("prep.png"));
  ASSERT_EQ(pixels.size(), tiles.pixels.size());
  const Preprocessing& preprocessing = encoder.preprocessing();
  float largest = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const float level = (pixels[i] * preprocessing.std[i % 3] + preprocessing.mean[i % 3]) * 255.0f;
    largest = std::max(largest, std::fabs(level - static_cast<float>(tiles.pixels[i])));
  }
  EXPECT_LE(largest, 1.01f) << "gray levels";
}

// The decoder of a file, and a sequence.
class Reader {
 public:
  explicit Reader(const std::string& name, bool fast = false)
      : mapped_(OpenGolden(PathIn(name))), fast_(fast) {
    auto decoder = LoadDecoder(*GgufFile::Parse(mapped_.bytes()),
                               {.packing = fast ? Packing::kInt8 : Packing::kExact});
    CHECK(decoder.ok());
    decoder_ = *std::move(decoder);
    cache_.emplace(decoder_->cache_shape(std::min(400, decoder_->shape().context)));
  }

  // Appends the logits of all rows if wanted.
  void Read(TokenSpan span, bool wanted) {
    span.cache = &*cache_;
    span.first_position = cache_->positions();
    span.logits_rows = wanted ? span.rows() : 0;
    const std::size_t before = logits_.size();
    const int vocabulary = decoder_->shape().vocabulary;
    logits_.resize(before + static_cast<std::size_t>(span.logits_rows * vocabulary));
    ThreadPool pool(2);
    decoder_->Forward({&span, 1}, {logits_.data() + before, span.logits_rows, vocabulary},
                      workspace_, {.pool = pool, .fast = fast_});
  }

  const DecoderShape& shape() const { return decoder_->shape(); }
  const std::vector<float>& logits() const { return logits_; }

 private:
  MappedFile mapped_;
  bool fast_;
  std::unique_ptr<Decoder> decoder_;
  std::optional<SequenceCache> cache_;
  Workspace workspace_;
  std::vector<float> logits_;
};

// The lists T40 and T of tests/data/README.md.
std::vector<int> FortyTokens() {
  std::vector<int> tokens;
  for (int i = 0; i < 40; ++i) tokens.push_back((7 + 53 * i) % 1000);
  return tokens;
}
const std::vector<int> kBeforeImage = {1, 15};
const std::vector<int> kAfterImage = {300, 1000, 777, 400, 259, 333, 42, 900, 999, 512};

// Twice the window long, over the local blocks and the global one.
TEST(FamiliesParity, Gemma3Text) {
  const std::vector<int> tokens = FortyTokens();
  Reader at_once("gemma3-text.gguf"), stepwise("gemma3-text.gguf");
  at_once.Read({.tokens = tokens}, true);
  for (const int& token : tokens) stepwise.Read({.tokens = {&token, 1}}, true);
  EXPECT_GE(WorstCosine(at_once.logits(), "gemma3-text.logits.f32", 1024), kExactCosine);
  EXPECT_EQ(stepwise.logits(), at_once.logits());
}

TEST(FamiliesParity, Gemma3AboutAnImage) {
  const std::vector<float> image = GoldenFloats(PathIn("gemma3.embd.f32"));
  Reader reader("gemma3-text.gguf");
  const int width = reader.shape().width, rows = static_cast<int>(image.size()) / width;
  ASSERT_TRUE(reader.shape().bidirectional_images);
  reader.Read({.tokens = kBeforeImage}, false);
  reader.Read({.embeddings = {image.data(), rows, width}, .is_bidirectional = true}, false);
  reader.Read({.tokens = kAfterImage}, true);
  EXPECT_GE(WorstCosine(reader.logits(), "gemma3.logits.f32", 1024), kExactCosine);
}

TEST(FamiliesParity, Gemma3Embeddings) {
  ExpectEmbeddings("gemma3-mmproj.gguf", "gemma3.png", "gemma3.embd.f32");
}

TEST(FamiliesParity, Gemma3Pixels) {
  const ImageEncoder encoder("gemma3-mmproj.gguf");
  EXPECT_EQ(encoder.projector().Layout({250, 150}, {}).grid, TileGrid());
  ExpectPixels(encoder, "prep-gemma3.png");
}

TEST(FamiliesParity, InternVlEmbeddings) {
  ExpectEmbeddings("internvl-mmproj.gguf", "internvl.png", "internvl.embd.f32");
}

TEST(FamiliesParity, OptText) {
  const std::vector<int> tokens = FortyTokens();
  Reader at_once("opt-text.gguf"), stepwise("opt-text.gguf"), fast("opt-text.gguf", true);
  at_once.Read({.tokens = tokens}, true);
  fast.Read({.tokens = tokens}, true);
  for (const int& token : tokens) stepwise.Read({.tokens = {&token, 1}}, true);
  EXPECT_GE(WorstCosine(at_once.logits(), "opt-text.logits.f32", 1024), kExactCosine);
  EXPECT_GE(WorstCosine(fast.logits(), "opt-text.logits.f32", 1024), kFastLogitsCosine);
  EXPECT_EQ(stepwise.logits(), at_once.logits());
}

TEST(FamiliesParity, Blip2Features) {
  const ImageEncoder exact("blip2-mmproj.gguf");
  const std::vector<float> features = exact.Features(OpenImage("blip2.png"), false);
  EXPECT_GE(WorstCosine(features, "blip2.vit.f32", 176), kSameFormulasCosine);
}

TEST(FamiliesParity, Blip2Embeddings) {
  ExpectEmbeddings("blip2-mmproj.gguf", "blip2.png", "blip2.embd.f32");
}

// One pair of patches less in each of two blocks; the class token's row stays.
TEST(FamiliesParity, Blip2ReadsMergedPatches) {
  const ImageEncoder merging("blip2-mmproj.gguf", Packing::kExact, 1);
  EXPECT_EQ(merging.shape().tokens, 65 - 2);
  const std::vector<float> merged = merging.Embeddings(OpenImage("blip2.png"), false);
  EXPECT_GE(WorstCosine(merged, "blip2.embd.f32", 160), 0.998);
  // The first feature is the class token's, which no merge has changed much.
  const std::vector<float> features = merging.Features(OpenImage("blip2.png"), false);
  const std::vector<float> expected = GoldenFloats(PathIn("blip2.vit.f32"));
  double dot = 0, squares = 0, expected_squares = 0;
  for (std::size_t i = 0; i < 176; ++i) {
    dot += double{features[i]} * double{expected[i]};
    squares += double{features[i]} * double{features[i]};
    expected_squares += double{expected[i]} * double{expected[i]};
  }
  EXPECT_GE(dot / std::sqrt(squares * expected_squares), 0.99);
}

TEST(FamiliesParity, Blip2Pixels) {
  ExpectPixels(ImageEncoder("blip2-mmproj.gguf"), "prep-blip2.png");
}

// The image comes before bos.
TEST(FamiliesParity, OptAboutAnImage) {
  const std::vector<float> image = GoldenFloats(PathIn("blip2.embd.f32"));
  std::vector<int> tokens = kAfterImage;
  tokens.insert(tokens.begin(), 2);
  for (const bool fast : {false, true}) {
    Reader reader("opt-text.gguf", fast);
    const int width = reader.shape().width, rows = static_cast<int>(image.size()) / width;
    reader.Read({.embeddings = {image.data(), rows, width}}, false);
    reader.Read({.tokens = tokens}, true);
    EXPECT_GE(WorstCosine(reader.logits(), "blip2.logits.f32", 1024),
              fast ? kFastLogitsCosine : kExactCosine);
  }
}

TEST(FamiliesParity, InternVlPixels) {
  const ImageEncoder encoder("internvl-mmproj.gguf");
  EXPECT_EQ(encoder.projector().Layout({250, 150}, {}).grid, (TileGrid{.rows = 2, .cols = 3}));
  ExpectPixels(encoder, "prep-internvl.png");
}

TEST(FamiliesParity, Phi3Text) {
  const std::vector<int> tokens = FortyTokens();
  Reader at_once("phi3-text.gguf"), stepwise("phi3-text.gguf");
  at_once.Read({.tokens = tokens}, true);
  for (const int& token : tokens) stepwise.Read({.tokens = {&token, 1}}, true);
  EXPECT_GE(WorstCosine(at_once.logits(), "phi3-text.logits.f32", 1024), kExactCosine);
  EXPECT_EQ(stepwise.logits(), at_once.logits());
}

// Longer than the original context: the last 20 of 300 tokens.
TEST(FamiliesParity, Phi3LongText) {
  std::vector<int> tokens;
  for (int i = 0; i < 300; ++i) tokens.push_back((7 + 53 * i) % 1000);
  Reader reader("phi3-text.gguf");
  ASSERT_EQ(reader.shape().short_context, 256);
  reader.Read({.tokens = std::span(tokens).first(280), .is_long = true}, false);
  reader.Read({.tokens = std::span(tokens).last(20), .is_long = true}, true);
  EXPECT_GE(WorstCosine(reader.logits(), "phi3-text-300.logits.f32", 1024), kExactCosine);
}

TEST(FamiliesParity, Phi3VAboutAnImage) {
  const std::vector<float> image = GoldenFloats(PathIn("phi3v.embd.f32"));
  Reader reader("phi3-text.gguf");
  const int width = reader.shape().width, rows = static_cast<int>(image.size()) / width;
  reader.Read({.tokens = kBeforeImage}, false);
  reader.Read({.embeddings = {image.data(), rows, width}}, false);
  reader.Read({.tokens = kAfterImage}, true);
  EXPECT_GE(WorstCosine(reader.logits(), "phi3v.logits.f32", 1024), kExactCosine);
}

// The lines of 2 x 2 tiles of 4 x 4 rows and of the whole, each with its end, and the separator.
TEST(FamiliesParity, Phi3VEmbeddings) {
  const Image image = OpenImage("phi3v.png");
  for (const bool is_fast : {false, true}) {
    const ImageEncoder encoder("phi3v-mmproj.gguf", is_fast ? Packing::kInt8 : Packing::kExact);
    const Projector& projector = encoder.projector();
    const ImageLayout layout = projector.Layout({image.width, image.height}, {});
    ASSERT_EQ(layout.grid, (TileGrid{.rows = 2, .cols = 2}));
    const std::vector<float> tiles = encoder.Embeddings(image, is_fast);
    const auto width = static_cast<std::size_t>(projector.outputs());
    const View<const float> rows(tiles.data(), static_cast<int>(tiles.size() / width),
                                 projector.outputs());
    std::vector<float> embeddings;
    const auto append = [&](View<const float> part) {
      for (int i = 0; i < part.rows; ++i) {
        embeddings.insert(embeddings.end(), part.Row(i).begin(), part.Row(i).end());
      }
    };
    for (const ImageLayout::Piece& piece : layout.pieces) {
      if (piece.tile >= 0) append(rows.Rows(piece.tile * 16 + piece.first_row, piece.rows));
      if (piece.constant >= 0) append(projector.ConstantRows().Rows(piece.constant, 1));
    }
    EXPECT_EQ(layout.Tokens(16), static_cast<int>(embeddings.size() / width));
    EXPECT_GE(WorstCosine(embeddings, "phi3v.embd.f32", width),
              is_fast ? kFastCosine : kExactCosine);
  }
}

// Of the whole and the crops, normalized, color by color.
TEST(FamiliesParity, Phi3VPixels) {
  const ImageEncoder encoder("phi3v-mmproj.gguf");
  const std::vector<float> expected = GoldenFloats(PathIn("phi3v.pixels.f32"));
  const std::vector<float> pixels = encoder.Pixels(OpenImage("phi3v.png"));
  ASSERT_EQ(pixels.size(), expected.size());
  constexpr std::size_t kCells = 112 * 112;
  float largest = 0;
  for (std::size_t tile = 0; tile < 5; ++tile) {
    const std::size_t ours = (tile + 4) % 5;  // the whole is last here, and first there
    for (std::size_t i = 0; i < kCells * 3; ++i) {
      const float off = pixels[(ours * kCells + i / 3) * 3 + i % 3] -
                        expected[(tile * 3 + i % 3) * kCells + i / 3];
      largest = std::max(largest, std::fabs(off) * encoder.preprocessing().std[i % 3] * 255);
    }
  }
  EXPECT_LE(largest, 1.01f) << "gray levels";
}

}  // namespace
}  // namespace edgevlm
