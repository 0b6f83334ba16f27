#include "server/api/response_items.h"

#include <optional>
#include <string_view>

#include "server/api/chat_messages.h"

namespace edgevlm {
namespace {

struct ItemReader {
  RequestImages& images;
  Problem& problem;
  const KnownResponses& known;

  RequestPart ReadImage(Fields& part) const {
    const Json* url = part.Any("image_url");
    if (url != nullptr && url->is_string()) {
      return images.FromText(url->get_ref<const std::string&>(), part.PathOf("image_url"));
    }
    part.Reject("image_url", "expected a data URI, found none");
    return {};
  }

  RequestPart ReadPart(const Json& object, const std::string& where) const {
    Fields part(object, where, problem);
    const std::string type = part.Text("type", "");
    if (type == "input_image") return ReadImage(part);
    const char* name = type == "refusal" ? "refusal" : "text";
    if (type != "input_text" && type != "output_text" && type != "refusal") {
      part.Reject("type", "expected input_text, input_image or output_text", "unsupported");
    } else if (!part.has(name)) {
      part.Reject(name, "expected a text, found none");
    }
    return {.text = part.Text(name, "")};
  }

  RequestMessage ReadMessage(Fields& item) const {
    RequestMessage message;
    const auto role = RoleNamed(item.Text("role", ""));
    if (!role) item.Reject("role", "expected user, assistant, system or developer");
    message.role = role.value_or(Role::kUser);
    const Json* content = item.Any("content");
    if (content == nullptr) {
      item.Reject("content", "expected a text or a list of parts, found none");
    } else if (content->is_string()) {
      message.parts.push_back({.text = content->get<std::string>()});
    } else if (content->is_array() && content->size() <= kMaxParts) {
      for (std::size_t i = 0; i < content->size(); ++i) {
        const std::string where = item.PathOf("content") + "[" + std::to_string(i) + "]";
        message.parts.push_back(ReadPart((*content)[i], where));
      }
    } else {
      item.Reject("content",
                  "expected a text or a list of at most " + std::to_string(kMaxParts) + " parts");
    }
    return message;
  }

  // SDKs that rely on the store refer to earlier replies instead of repeating them.
  RequestMessage ReadReference(Fields& item) const {
    const std::string id = item.Text("id", "");
    const std::string_view prefix = kItemIdPrefix;
    const auto response =
        id.starts_with(prefix)
            ? known.store.Find(kResponseIdPrefix + id.substr(prefix.size()), known.scope)
            : nullptr;
    if (response != nullptr) return response->messages.back();
    item.Reject("id",
                "no stored response has this item: send the message itself (with store: false "
                "SDKs do so)",
                "item_not_found");
    return {};
  }

  RequestMessage ReadItem(const Json& object, const std::string& where) const {
    Fields item(object, where, problem);
    const std::string type = item.Text("type", "message");
    if (type == "message") return ReadMessage(item);
    if (type == "item_reference") return ReadReference(item);
    item.Reject("type", "expected message or item_reference: others are not supported",
                "unsupported");
    return {};
  }
};

std::vector<RequestMessage> Previous(Fields& body, const KnownResponses& known) {
  const std::string id = body.Text("previous_response_id", "");
  if (id.empty()) return {};
  const auto response = known.store.Find(id, known.scope);
  if (response != nullptr) return response->messages;
  body.Reject("previous_response_id", "no response of this id is stored",
              "previous_response_not_found");
  return {};
}

}  // namespace

std::vector<RequestMessage> ReadResponseInput(Fields& body, RequestImages& images, Problem& problem,
                                              const KnownResponses& known) {
  std::vector<RequestMessage> messages = Previous(body, known);
  const Json* input = body.Any("input");
  if (input != nullptr && input->is_string()) {
    messages.push_back({.role = Role::kUser, .parts = {{.text = input->get<std::string>()}}});
  } else if (input != nullptr && input->is_array() && !input->empty()) {
    const ItemReader reader = {.images = images, .problem = problem, .known = known};
    for (std::size_t i = 0; i < input->size() && messages.size() <= kMaxMessages && !problem; ++i) {
      messages.push_back(reader.ReadItem((*input)[i], "input[" + std::to_string(i) + "]"));
    }
  } else {
    body.Reject("input", "expected a text or a list of items, found none");
  }
  if (messages.size() > kMaxMessages) {
    body.Reject("input",
                "expected at most " + std::to_string(kMaxMessages) + " messages in a conversation");
  }
  return messages;
}

}  // namespace edgevlm
