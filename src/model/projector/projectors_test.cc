// The projectors of published models, compared with their formulas, and with invalid files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference_vit.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kPatches = TinyVit::kPatches;

// Float32 sums of at most 96 terms, some layers deep, with norms between them.
constexpr double kProjectorTolerance = 3e-5;

Result<std::unique_ptr<Projector>> LoadProjector(const TinyVit& model) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  if (!file) return file.error();
  return LoadProjector(*file);
}

// The error of a file after `change`; empty when it loads.
std::string LoadChanged(TinyVit model, const std::function<void(TinyVit&)>& change) {
  change(model);
  const auto projector = LoadProjector(model);
  return projector ? "" : projector.error().message;
}

using Formula = Matrix (*)(const TinyVit& model, const Matrix& features);

// Two images at once, against the formula for each alone.
void ExpectFormula(const TinyVit& model, int tokens, Formula formula) {
  SCOPED_TRACE(model.options.projector);
  const auto projector = LoadProjector(model);
  ASSERT_TRUE(projector) << projector.error().message;
  EXPECT_EQ((*projector)->inputs(), TinyVit::kWidth);
  EXPECT_EQ((*projector)->outputs(), TinyVit::kOutputs);
  ASSERT_EQ((*projector)->Tokens(kPatches), tokens);
  Buffer features(2 * kPatches, TinyVit::kWidth), embeddings(2 * tokens, TinyVit::kOutputs);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (float& value : features.values) value = normal(random);

  ThreadPool pool(2);
  Workspace workspace;
  const Workspace::Mark mark = workspace.mark();
  (*projector)->Project(features.view(), embeddings.view(), workspace, {.pool = pool});
  EXPECT_EQ(workspace.mark().used, mark.used);

  const Matrix all = features.ToMatrix(), found = embeddings.ToMatrix();
  for (std::ptrdiff_t n = 0; n < 2; ++n) {
    const Matrix own(all.begin() + n * kPatches, all.begin() + (n + 1) * kPatches);
    ExpectClose(Matrix(found.begin() + n * tokens, found.begin() + (n + 1) * tokens),
                formula(model, own), kProjectorTolerance);
  }
}

Matrix Mlp(const TinyVit& model, const Matrix& features) {
  return ReferenceProjector(model, features);
}

TEST(Projectors, MatchTheFormulas) {
  ExpectFormula(TinyVit(), kPatches, Mlp);
  ExpectFormula(TinyVit({.projector = "idefics3"}), kPatches / 4, ReferenceIdefics3);
  for (const bool are_squeezed : {false, true}) {
    ExpectFormula(TinyVit({.projector = "ldp", .are_shapes_squeezed = are_squeezed}), kPatches / 4,
                  ReferenceLdp);
    ExpectFormula(TinyVit({.projector = "ldpv2", .are_shapes_squeezed = are_squeezed}),
                  kPatches / 4, ReferenceLdpV2);
  }
}

TEST(Projectors, AFileWithoutATypeHasAnMlp) {
  TinyVit model;
  model.keys.erase(std::string(keys::kProjectorType));
  ExpectFormula(model, kPatches, Mlp);
  TinyVit other({.projector = "ldpv2"});
  other.keys.erase(std::string(keys::kProjectorType));
  EXPECT_FALSE(LoadProjector(other).ok());
  other.keys[std::string(keys::kVisionProjectorType)] = std::string("ldpv2");
  ExpectFormula(other, kPatches / 4, ReferenceLdpV2);
}

TEST(Projectors, EveryTensorIsNeededInItsShape) {
  for (const char* type : {"mlp", "ldp", "ldpv2", "idefics3"}) {
    const TinyVit whole({.projector = type});
    for (const auto& entry : whole.tensors) {
      const std::string& name = entry.first;
      if (!name.starts_with("mm.")) continue;
      EXPECT_THAT(LoadChanged(whole, [&](TinyVit& model) { model.tensors.erase(name); }),
                  HasSubstr("'" + name + "'"));
      EXPECT_THAT(LoadChanged(whole,
                              [&](TinyVit& model) {
                                model.AddTensor(name, {23, 5}, 0, 1, DType::kF32);
                              }),
                  HasSubstr("tensor '"))
          << name;
    }
  }
}

TEST(Projectors, TheWidthOfTheVisionEncoderMustFit) {
  const auto widen = [](TinyVit& model) {
    model.keys[std::string(keys::kVisionEmbeddingLength)] = std::uint32_t{25};
  };
  EXPECT_THAT(LoadChanged(TinyVit(), widen),
              HasSubstr("tensor 'mm.0.weight': expected 1 to 65536 times 25 values, found shape "
                        "[28, 24]"));
  for (const char* type : {"ldp", "ldpv2", "idefics3"}) {
    EXPECT_THAT(LoadChanged(TinyVit({.projector = type}), widen), HasSubstr("found shape"));
  }
}

TEST(Projectors, TheScaleMustDivideTheSide) {
  const TinyVit idefics({.projector = "idefics3"});
  const auto with_scale = [&](std::int64_t scale) {
    return LoadChanged(idefics, [&](TinyVit& model) {
      model.keys[std::string(keys::kProjectorScaleFactor)] = scale;
    });
  };
  EXPECT_EQ(with_scale(3),
            "model: key 'clip.vision.projector.scale_factor': expected 3 to divide "
            "the patches of a side, found 4 patches");
  for (const std::int64_t scale : {0LL, -1LL, 5LL, 2147483647LL, 1LL << 40}) {
    EXPECT_THAT(with_scale(scale), HasSubstr("scale_factor")) << scale;
  }
  EXPECT_THAT(with_scale(4), HasSubstr("mm.model.fc"));
  EXPECT_THAT(LoadChanged(TinyVit({.projector = "ldpv2"}),
                          [](TinyVit& model) {
                            model.keys[std::string(keys::kImageSize)] = std::uint32_t{20};
                          }),
              HasSubstr("expected 2 to divide the patches of a side, found 5 patches"));
}

TEST(Projectors, LlavaShowsAnImageWhole) {
  const auto projector = LoadProjector(TinyVit());
  ASSERT_TRUE(projector.ok());
  const ImageLayout layout = (*projector)->Layout({4000, 300}, {});
  EXPECT_EQ(layout.grid, TileGrid());
  ASSERT_EQ(layout.pieces.size(), 1u);
  EXPECT_EQ(layout.pieces[0].text, "");
  EXPECT_EQ(layout.pieces[0].tile, 0);
}

// The text between the tiles, with the tiles' numbers in brackets.
std::string Spelled(const ImageLayout& layout) {
  std::string text;
  for (const ImageLayout::Piece& piece : layout.pieces) {
    text += piece.text;
    if (piece.tile >= 0) text += "[" + std::to_string(piece.tile) + "]";
  }
  return text;
}

TEST(Projectors, SmolVlmShowsTilesAndTheWhole) {
  TinyVit model({.projector = "idefics3"});
  model.keys[std::string(keys::kPreprocImageSize)] = std::uint32_t{32};  // two tiles
  const auto projector = LoadProjector(model);
  ASSERT_TRUE(projector.ok());
  const std::string fake = "<fake_token_around_image>";
  const std::string whole = fake + "<global-img>";
  EXPECT_EQ(Spelled((*projector)->Layout({640, 480}, {})),
            fake + "<row_1_col_1>[0]" + fake + "<row_1_col_2>[1]\n" + fake + "<row_2_col_1>[2]" +
                fake + "<row_2_col_2>[3]\n\n" + whole + "[4]" + fake);
  EXPECT_EQ(Spelled((*projector)->Layout({640, 80}, {})),
            fake + "<row_1_col_1>[0]" + fake + "<row_1_col_2>[1]\n\n" + whole + "[2]" + fake);
  // Five tiles are 20 tokens; a lower limit gives none, and a single image in any case.
  EXPECT_EQ((*projector)->Layout({640, 480}, {.max_tokens = 20}).grid.tiles(), 5);
  for (const int tokens : {19, 4, 1}) {
    EXPECT_EQ(Spelled((*projector)->Layout({640, 480}, {.max_tokens = tokens})),
              whole + "[0]" + fake);
  }
}

}  // namespace
}  // namespace edgevlm
