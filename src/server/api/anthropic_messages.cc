#include "server/api/anthropic_messages.h"

#include <string>

#include "server/api/chat_messages.h"

namespace edgevlm {
namespace {

struct BlockReader {
  RequestImages& images;
  Problem& problem;

  RequestPart ReadImage(Fields& block) const {
    const Json* object = block.Object("source");
    if (object == nullptr) {
      block.Reject("source", "expected an image, found none");
      return {};
    }
    Fields source(*object, block.PathOf("source"), problem);
    const std::string type = source.Text("type", "");
    const char* name = type == "url" ? "url" : "data";
    if (type != "base64" && type != "url") {
      source.Reject("type", "expected base64 or url", "unsupported");
      return {};
    }
    const Json* text = source.Any(name);
    if (text != nullptr && text->is_string()) {
      return images.FromText(text->get_ref<const std::string&>(), source.PathOf(name));
    }
    source.Reject(name, "expected a text, found none");
    return {};
  }

  RequestPart ReadBlock(const Json& object, const std::string& where, bool may_be_image) const {
    Fields block(object, where, problem);
    const std::string type = block.Text("type", "");
    if (type == "image" && may_be_image) return ReadImage(block);
    if (type != "text") {
      block.Reject("type",
                   may_be_image ? "expected text or image: others are not supported"
                                : "expected text: others are not supported",
                   "unsupported");
    } else if (!block.has("text")) {
      block.Reject("text", "expected a text, found none");
    }
    return {.text = block.Text("text", "")};
  }

  // `name`: a text or a list of blocks.
  std::vector<RequestPart> ReadContent(Fields& fields, const char* name, bool may_be_image) const {
    std::vector<RequestPart> parts;
    const Json* content = fields.Any(name);
    if (content != nullptr && content->is_string()) {
      parts.push_back({.text = content->get<std::string>()});
    } else if (content != nullptr && content->is_array() && content->size() <= kMaxParts) {
      for (std::size_t i = 0; i < content->size(); ++i) {
        const std::string where = fields.PathOf(name) + "[" + std::to_string(i) + "]";
        parts.push_back(ReadBlock((*content)[i], where, may_be_image));
      }
    } else {
      fields.Reject(
          name, "expected a text or a list of at most " + std::to_string(kMaxParts) + " blocks");
    }
    return parts;
  }

  RequestMessage ReadMessage(const Json& object, const std::string& where) const {
    Fields fields(object, where, problem);
    const auto role = RoleNamed(fields.Text("role", ""));
    if (!role) fields.Reject("role", "expected user or assistant");
    return {.role = role.value_or(Role::kUser),
            .parts = ReadContent(fields, "content", role == Role::kUser)};
  }
};

}  // namespace

std::vector<RequestMessage> ReadAnthropicMessages(Fields& body, RequestImages& images,
                                                  Problem& problem) {
  const BlockReader reader = {.images = images, .problem = problem};
  std::vector<RequestMessage> messages;
  if (body.has("system")) {
    messages.push_back({.role = Role::kSystem, .parts = reader.ReadContent(body, "system", false)});
  }
  const Json* list = body.List("messages");
  if (list == nullptr || list->empty() || list->size() > kMaxMessages) {
    body.Reject("messages",
                "expected a list of 1 to " + std::to_string(kMaxMessages) + " messages");
    return messages;
  }
  for (std::size_t i = 0; i < list->size() && !problem; ++i) {
    messages.push_back(reader.ReadMessage((*list)[i], "messages[" + std::to_string(i) + "]"));
  }
  return messages;
}

}  // namespace edgevlm
