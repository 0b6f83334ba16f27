#include "engine/vision/blank_image.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/prompt/prompt_style.h"
#include "engine/vision/encode.h"

namespace edgevlm {
namespace {

constexpr int kSide = 16;
constexpr char kGray = '\x80';

std::string GrayFile() {
  const std::string side = std::to_string(kSide);
  return "P6\n" + side + " " + side + "\n255\n" + std::string(3 * kSide * kSide, kGray);
}

bool IsUserText(const Message& message) {
  return message.role == Role::kUser &&
         std::ranges::any_of(message.parts, [](const Part& part) { return !part.text.empty(); });
}

void Insert(std::shared_ptr<const EncodedImage> image, std::vector<Message>& messages) {
  Message& message = *std::ranges::find_if(messages.rbegin(), messages.rend(), IsUserText);
  message.parts.insert(message.parts.begin(), {.image = std::move(image)});
}

}  // namespace

bool NeedsBlankImage(const Model& model, std::span<const Message> messages) {
  const auto has_image = [](const Message& message) {
    return std::ranges::any_of(message.parts,
                               [](const Part& part) { return part.image != nullptr; });
  };
  return model.style->needs_image() && model.vision_encoder != nullptr &&
         std::ranges::any_of(messages, IsUserText) && std::ranges::none_of(messages, has_image);
}

MaybeError AddBlankImage(const EngineState& engine, const ShareOptions& options,
                         std::vector<Message>& messages) {
  const std::string file = GrayFile();
  Result<SharedImage> shared = ShareImage(engine, std::as_bytes(std::span(file)), options);
  if (!shared) return shared.error();
  Insert(std::move(shared->image), messages);
  return std::nullopt;
}

MaybeError AddBlankImageWithoutValues(const Model& model, std::vector<Message>& messages) {
  const Result<ImageLayout> layout = LayOut(model, {kSide, kSide});
  if (!layout) return layout.error();
  Insert(ImageWithoutValues(model, *layout), messages);
  return std::nullopt;
}

}  // namespace edgevlm
