#include "server/api/embedding_inputs.h"

#include <string>
#include <string_view>
#include <utility>

namespace edgevlm {
namespace {

class InputReader {
 public:
  InputReader(RequestImages& images, Problem& problem) : images_(images), problem_(problem) {}

  EmbeddingInput Read(const Json& value, const std::string& where, Fields& fields,
                      const char* name) {
    if (value.is_string()) return {TextPart(value.get<std::string>(), fields, name)};
    if (value.is_object()) return ReadObject(value, where);
    fields.Reject(name,
                  "expected a text, or a list of texts: token ids are those of another model");
    return {};
  }

 private:
  RequestPart TextPart(std::string text, Fields& fields, const char* name) {
    bytes_ += text.size();
    if (bytes_ > kMaxEmbeddedBytes) {
      fields.Reject(name,
                    "expected at most " + std::to_string(kMaxEmbeddedBytes) + " bytes of text");
    }
    return {.text = std::move(text)};
  }

  EmbeddingInput ReadObject(const Json& object, const std::string& where) {
    Fields fields(object, where, problem_);
    EmbeddingInput parts;
    const std::string text = fields.Text("prompt_string", "");
    const std::vector<std::string> files = fields.Texts("multimodal_data", kMaxEmbeddings);
    std::string_view rest = text;
    for (std::size_t i = 0; i < files.size() && !problem_; ++i) {
      const std::size_t marker = rest.find(kMediaMarker);
      if (marker == std::string_view::npos) {
        fields.Reject("prompt_string", "expected a marker for each image");
        break;
      }
      parts.push_back(TextPart(std::string(rest.substr(0, marker)), fields, "prompt_string"));
      parts.push_back(images_.FromText(
          files[i], fields.PathOf("multimodal_data") + "[" + std::to_string(i) + "]"));
      rest.remove_prefix(marker + std::string_view(kMediaMarker).size());
    }
    if (rest.find(kMediaMarker) != std::string_view::npos) {
      fields.Reject("multimodal_data", "expected an image for each marker");
    }
    parts.push_back(TextPart(std::string(rest), fields, "prompt_string"));
    return parts;
  }

  RequestImages& images_;
  Problem& problem_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<EmbeddingInput> ReadEmbeddingInputs(Fields& fields, RequestImages& images,
                                                Problem& problem) {
  std::vector<EmbeddingInput> inputs;
  const char* name = fields.has("content") && !fields.has("input") ? "content" : "input";
  const Json* value = fields.Any(name);
  if (value == nullptr) {
    fields.Reject("input", "expected a text or a list of texts, found none");
    return inputs;
  }
  InputReader reader(images, problem);
  const std::string where = fields.PathOf(name);
  if (!value->is_array()) return {reader.Read(*value, where, fields, name)};
  if (value->size() > kMaxEmbeddings) {
    fields.Reject(name, "expected at most " + std::to_string(kMaxEmbeddings) + " texts");
    return inputs;
  }
  for (std::size_t i = 0; i < value->size() && !problem; ++i) {
    const std::string at = where + "[" + std::to_string(i) + "]";
    inputs.push_back(reader.Read((*value)[i], at, fields, name));
  }
  return inputs;
}

}  // namespace edgevlm
