#include "model/families.h"

#include <string>

#include "gguf/names.h"
#include "model/audio/qwen2a.h"
#include "model/audio/ultravox.h"
#include "model/decoder/gemma3.h"
#include "model/decoder/gpt2.h"
#include "model/decoder/llama.h"
#include "model/decoder/opt.h"
#include "model/decoder/phi3.h"
#include "model/decoder/qwen2.h"
#include "model/decoder/qwen2vl.h"
#include "model/decoder/qwen3vl.h"
#include "model/projector/gemma3.h"
#include "model/projector/idefics3.h"
#include "model/projector/internvl.h"
#include "model/projector/ldp.h"
#include "model/projector/ldpv2.h"
#include "model/projector/mlp.h"
#include "model/projector/phi3v.h"
#include "model/projector/qformer.h"
#include "model/projector/qwen25vl_merger.h"
#include "model/projector/qwen2vl_merger.h"
#include "model/projector/qwen3vl_merger.h"
#include "model/vision/mobilenet_v3.h"
#include "model/vision/qwen25vl.h"
#include "model/vision/qwen2vl.h"
#include "model/vision/qwen3vl.h"
#include "model/vision/vit.h"

namespace edgevlm {
namespace {

const DecoderFamily* const kDecoders[] = {&kGpt2, &kGemma3, &kLlama,   &kPhi3,
                                          &kOpt,  &kQwen2,  &kQwen2Vl, &kQwen3Vl};
const VisionFamily* const kVisionEncoders[] = {&kMobileNetV3, &kVit, &kQwen2VlVisionEncoder,
                                               &kQwen25VlVisionEncoder, &kQwen3VlVisionEncoder};
const ProjectorFamily* const kProjectors[] = {
    &kMlp,   &kLdp,     &kLdpV2,         &kIdefics3,       &kGemma3Projector, &kInternVl,
    &kPhi3V, &kQFormer, &kQwen2VlMerger, &kQwen25VlMerger, &kQwen3VlMerger};
const SoundFamily* const kSoundEncoders[] = {&kQwen2Audio, &kUltravox};

std::string_view NameOf(const DecoderFamily& family) { return family.architecture; }
std::string_view NameOf(const VisionFamily& family) { return family.encoder; }
std::string_view NameOf(const ProjectorFamily& family) { return family.type; }
std::string_view NameOf(const SoundFamily& family) { return family.type; }

// The family that the file names under `key`.
template <class Family, std::size_t kCount>
Result<const Family*> FindFamily(const GgufFile& file, std::string_view key,
                                 const Family* const (&families)[kCount]) {
  const Result<std::string_view> name = file.String(key);
  if (!name) return name.error();
  std::string known;
  for (const Family* family : families) {
    if (NameOf(*family) == *name) return family;
    known += known.empty() ? "" : ", ";
    known += NameOf(*family);
  }
  constexpr std::size_t kShown = 64;  // bytes of an untrusted name
  return Error{ErrorCode::kUnsupported, "model: key '" + std::string(key) + "': expected one of " +
                                            known + ", found '" +
                                            std::string(name->substr(0, kShown)) + "'"};
}

}  // namespace

Result<std::unique_ptr<Decoder>> LoadDecoder(const GgufFile& file, const DecoderOptions& options) {
  const auto family = FindFamily(file, keys::kArchitecture, kDecoders);
  if (!family) return family.error();
  return (*family)->load(file, options);
}

Result<const ProjectorFamily*> FindProjectorFamily(const GgufFile& file) {
  if (file.HasKey(keys::kProjectorType)) {
    return FindFamily(file, keys::kProjectorType, kProjectors);
  }
  if (file.HasKey(keys::kVisionProjectorType)) {
    return FindFamily(file, keys::kVisionProjectorType, kProjectors);
  }
  if (file.HasTensor(modules::Weight(modules::kProjectorFirst))) return &kMlp;
  return FindFamily(file, keys::kProjectorType, kProjectors);
}

Result<const VisionFamily*> FindVisionFamily(const GgufFile& file) {
  if (!file.HasKey(keys::kVisionEncoder)) {
    const auto projector = FindProjectorFamily(file);
    if (!projector) return projector.error();
    const VisionFamily* const own = (*projector)->vision_encoder.family;
    return own == nullptr ? &kVit : own;
  }
  return FindFamily(file, keys::kVisionEncoder, kVisionEncoders);
}

Result<std::unique_ptr<VisionEncoder>> LoadVisionEncoder(const GgufFile& file,
                                                         const VisionEncoderOptions& options) {
  const auto family = FindVisionFamily(file);
  if (!family) return family.error();
  const auto projector = FindProjectorFamily(file);
  if (!projector) return projector.error();
  return (*family)->load(file, (*projector)->vision_encoder, options);
}

Result<std::unique_ptr<Projector>> LoadProjector(const GgufFile& file, Packing packing) {
  const auto family = FindProjectorFamily(file);
  if (!family) return family.error();
  return (*family)->load(file, packing);
}

Result<const SoundFamily*> FindSoundFamily(const GgufFile& file) {
  const bool has_own = file.HasKey(keys::kAudioProjectorType);
  return FindFamily(file, has_own ? keys::kAudioProjectorType : keys::kProjectorType,
                    kSoundEncoders);
}

Result<std::unique_ptr<SoundEncoder>> LoadSoundEncoder(const GgufFile& file, Packing packing) {
  const auto family = FindSoundFamily(file);
  if (!family) return family.error();
  return (*family)->load(file, packing);
}

}  // namespace edgevlm
