#include "engine/teacher_encoder.h"

#include <utility>

#include "base/cores.h"
#include "base/cpu.h"
#include "engine/load/model_identity.h"
#include "gguf/mapped_parts.h"
#include "gguf/names.h"
#include "image/tiles.h"
#include "model/families.h"

namespace edgevlm {
namespace {

Result<std::unique_ptr<VisionEncoder>> ReadEncoder(const MappedParts& mapped) {
  const Result<GgufFile> file = GgufFile::Parse(mapped.bytes());
  if (!file) return file.error();
  // Large float matrices as an engine packs them by default.
  auto encoder = LoadVisionEncoder(*file, {.packing = Packing::kInt8});
  if (!encoder) return encoder.error();
  if (!(*encoder)->shape().has_any_size) return encoder;
  return Error{ErrorCode::kUnsupported,
               "vision encoder: expected one with a fixed input size, found one for any size"};
}

}  // namespace

Result<TeacherEncoder> TeacherEncoder::Load(const std::string& path, int threads) {
  if (const Result<Isa>& isa = ChooseIsa(); !isa) return isa.error();
  const Result<MappedParts> mapped = MappedParts::Open(path);
  if (!mapped) return mapped.error();
  Result<std::unique_ptr<VisionEncoder>> encoder = ReadEncoder(*mapped);
  if (auto error = mapped->CheckUnchanged()) return *error;
  if (!encoder) return encoder.error().In(path);
  const EngineOptions defaults;
  return TeacherEncoder(*std::move(encoder), ModelIdentity({}, mapped->bytes(), defaults),
                        threads == 0 ? DefaultThreads() : threads);
}

TeacherEncoder::TeacherEncoder(std::unique_ptr<const VisionEncoder> encoder, std::string identity,
                               int threads)
    : encoder_(std::move(encoder)),
      identity_(std::move(identity)),
      pool_(std::make_unique<ThreadPool>(threads)) {}

bool TeacherEncoder::keeps_proportions() const { return KeepsProportions(*encoder_); }

TeacherImage TeacherEncoder::Encode(const Image& image, bool with_attention) {
  const VisionShape& shape = encoder_->shape();
  workspace_.Clear();
  const WorkspaceScope scope(workspace_);
  const TileGrid whole;
  const View<float> pixels = workspace_.Alloc(whole.pixels(shape.preprocessing.size), 3);
  PreprocessAll({&image, 1}, {&whole, 1}, shape.preprocessing, pixels, *pool_);
  const bool has_scores = with_attention && encoder_->has_scores();
  const View<float> features = workspace_.Alloc(shape.tokens, shape.width);
  const View<float> scores = workspace_.Alloc(has_scores ? 1 : 0, shape.tokens);
  encoder_->Encode(InputImages(pixels), EncodedImages(features, scores), workspace_,
                   {.pool = *pool_, .fast = true});
  TeacherImage taught;
  taught.feature_width = shape.width;
  taught.feature_grid_width = SquareSide(shape.tokens);
  for (int i = 0; i < features.rows; ++i) {
    taught.features.insert(taught.features.end(), features.Row(i).begin(), features.Row(i).end());
  }
  if (has_scores) taught.attention.assign(scores.Row(0).begin(), scores.Row(0).end());
  return taught;
}

}  // namespace edgevlm
