#include "edgevlm/count_tokens.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "edgevlm/probe.h"
#include "engine/engine_state.h"
#include "engine/prompt/write_prompt.h"
#include "engine/sound/encode_sound.h"
#include "engine/vision/blank_image.h"
#include "engine/vision/encode.h"
#include "engine/vision/encode_video.h"

namespace edgevlm {
namespace {

Result<std::shared_ptr<const EncodedImage>> LayOutFile(const Model& model,
                                                       std::span<const std::byte> file,
                                                       const ImageLimits& limits) {
  if (model.vision_encoder == nullptr) {
    return Error{ErrorCode::kUnsupported, "image: this model reads none"};
  }
  const Result<ImageFileInfo> info = ProbeImage(file);
  if (!info) return info.error();
  const Result<ImageLayout> layout = LayOut(model, {info->width, info->height}, limits);
  if (!layout) return layout.error();
  return ImageWithoutValues(model, *layout);
}

// Adds the part to the message, without values.
MaybeError LayOutPart(const Model& model, const RequestPart& part, const ImageLimits& limits,
                      Message& message) {
  if (part.video != nullptr) {
    auto video = LayOutVideo(model, ViewsOf(*part.video), part.video->options);
    if (!video) return video.error();
    std::ranges::move(video->parts, std::back_inserter(message.parts));
    return std::nullopt;
  }
  if (part.sound == nullptr && part.image == nullptr) {
    message.parts.push_back({.text = part.text, .image = part.encoded});
    return std::nullopt;
  }
  auto image = part.sound != nullptr
                   ? SoundWithoutValues(model, *part.sound)
                   : LayOutFile(model, std::as_bytes(std::span(*part.image)), limits);
  if (!image) return image.error();
  message.parts.push_back({.image = *std::move(image)});
  return std::nullopt;
}

}  // namespace

std::vector<int> TokenizeText(const Engine& engine, std::string_view text) {
  return StateOf(engine).model.tokenizer.Encode(text);
}

Result<int> CountImageTokens(const Engine& engine, std::span<const std::byte> file) {
  const auto image = LayOutFile(StateOf(engine).model, file, {});
  if (!image) return image.error();
  return (*image)->tokens;
}

Result<int> CountPromptTokens(const Engine& engine, std::span<const RequestMessage> messages,
                              const ImageLimits& limits, const TemplateInputs& inputs) {
  const Model& model = StateOf(engine).model;
  std::vector<Message> laid_out;
  for (const RequestMessage& given : messages) {
    Message& message =
        laid_out.emplace_back(Message{.role = given.role, .parts = {}, .tools = given.tools});
    for (const RequestPart& part : given.parts) {
      if (auto error = LayOutPart(model, part, limits, message)) return *error;
    }
  }
  return CountPromptTokens(engine, laid_out, inputs);
}

Result<int> CountPromptTokens(const Engine& engine, std::span<const Message> messages,
                              const TemplateInputs& inputs) {
  const Model& model = StateOf(engine).model;
  std::vector<Message> complete(messages.begin(), messages.end());
  if (NeedsBlankImage(model, messages)) {
    if (auto error = AddBlankImageWithoutValues(model, complete)) return *error;
  }
  const Result<Prompt> prompt = WriteConversation(model, complete, inputs);
  if (!prompt) return prompt.error();
  return prompt->rows();
}

}  // namespace edgevlm
