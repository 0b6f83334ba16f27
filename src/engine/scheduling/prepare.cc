#include "engine/scheduling/prepare.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

namespace edgevlm {
namespace {

Error Cancelled() { return {ErrorCode::kCancelled, "request: cancelled"}; }

// Reads the pictures of one request, in order.
class Encoding {
 public:
  Encoding(const Engine& engine, PicturesInUse& in_use, const PrepareHooks& hooks, int pictures)
      : engine_(engine), in_use_(in_use), hooks_(hooks), pictures_(pictures) {}

  Result<std::vector<Message>> Messages(const ReplyRequest& request) {
    std::vector<Message> messages;
    for (const RequestMessage& given : request.messages) {
      Message& message = messages.emplace_back(Message{.role = given.role, .parts = {}});
      for (const RequestPart& part : given.parts) {
        if (part.picture == nullptr) {
          message.parts.push_back({.text = part.text});
          continue;
        }
        Result<PicturesInUse::Image> image = Encode(part.picture);
        if (!image) return image.error();
        message.parts.push_back({.image = *std::move(image)});
      }
    }
    return messages;
  }

  const Timings& timings() const { return timings_; }
  int tokens() const { return tokens_; }

 private:
  Result<PicturesInUse::Image> Encode(const std::shared_ptr<const std::string>& file) {
    if (hooks_.is_over()) return Cancelled();
    PicturesInUse::Image image = in_use_.Find(*file);
    if (image == nullptr) {
      Result<EncodedImage> encoded = engine_.EncodeImage(std::as_bytes(std::span(*file)));
      if (!encoded) return Named(encoded.error());
      timings_.decode_ms += encoded->timings.decode_ms;
      timings_.preprocess_ms += encoded->timings.preprocess_ms;
      timings_.encode_ms += encoded->timings.encode_ms;
      image = std::make_shared<const EncodedImage>(*std::move(encoded));
      in_use_.Add(file, image);
    }
    tokens_ += image->tokens;
    hooks_.on_picture(++done_);
    return image;
  }

  Error Named(const Error& error) const {
    if (pictures_ == 1) return error;
    return {error.code, "picture " + std::to_string(done_) + ": " + error.message};
  }

  const Engine& engine_;
  PicturesInUse& in_use_;
  const PrepareHooks& hooks_;
  const int pictures_;
  int done_ = 0;
  int tokens_ = 0;
  Timings timings_;
};

}  // namespace

PicturesInUse::Image PicturesInUse::Find(const std::string& file) {
  std::erase_if(entries_, [](const Entry& entry) { return entry.image.expired(); });
  for (const Entry& entry : entries_) {
    if (*entry.file == file) return entry.image.lock();
  }
  return nullptr;
}

void PicturesInUse::Add(std::shared_ptr<const std::string> file, const Image& image) {
  entries_.push_back({std::move(file), image});
}

int CountPictures(const ReplyRequest& request) {
  int pictures = 0;
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) pictures += part.picture != nullptr ? 1 : 0;
  }
  return pictures;
}

Result<PreparedReply> Prepare(const Engine& engine, const ReplyRequest& request,
                              PicturesInUse& pictures, const PrepareHooks& hooks) {
  if (auto error = Validate(request.decode)) return *error;
  const Model& model = ModelOf(engine);
  Encoding encoding(engine, pictures, hooks, CountPictures(request));
  const Result<std::vector<Message>> messages = encoding.Messages(request);
  if (!messages) return messages.error();
  if (auto error = CheckMessages(*messages)) return *error;
  Result<Prompt> prompt = model.style->Write(*messages, model.tokenizer);
  if (!prompt) return prompt.error();
  const int context = model.info.context_tokens;
  if (prompt->rows() >= context) {
    return Error{ErrorCode::kTooLarge, "prompt: expected at most " + std::to_string(context - 1) +
                                           " tokens, found " + std::to_string(prompt->rows())};
  }
  if (hooks.is_over()) return Cancelled();
  // Not more than this reply can fill: many run at the same time.
  const int positions =
      prompt->rows() + std::min(request.decode.max_tokens, context - prompt->rows());
  return PreparedReply{.prompt = *std::move(prompt),
                       .sequence = std::make_unique<Sequence>(*model.decoder, positions),
                       .timings = encoding.timings(),
                       .image_tokens = encoding.tokens()};
}

}  // namespace edgevlm
