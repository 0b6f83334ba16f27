#include "server/api/anthropic_messages.h"

#include <string>
#include <utility>

#include "server/api/chat_messages.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"

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

  RequestPart ReadBlock(Fields& block, bool may_be_image) const {
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

  // Calls `read` for each block of a list; `name` may also be a text.
  template <class Read>
  void ReadBlocks(Fields& fields, const char* name, std::vector<RequestPart>& parts,
                  const Read& read) const {
    const Json* content = fields.Any(name);
    if (content != nullptr && content->is_string()) {
      parts.push_back({.text = content->get<std::string>()});
    } else if (content != nullptr && content->is_array() && content->size() <= kMaxParts) {
      for (std::size_t i = 0; i < content->size() && !problem; ++i) {
        Fields block((*content)[i], fields.PathOf(name) + "[" + std::to_string(i) + "]", problem);
        read(block);
      }
    } else {
      fields.Reject(
          name, "expected a text or a list of at most " + std::to_string(kMaxParts) + " blocks");
    }
  }

  std::vector<RequestPart> ReadContent(Fields& fields, const char* name, bool may_be_image) const {
    std::vector<RequestPart> parts;
    ReadBlocks(fields, name, parts,
               [&](Fields& block) { parts.push_back(ReadBlock(block, may_be_image)); });
    return parts;
  }

  void ReadUser(Fields& fields, ToolConversation& conversation) const {
    std::vector<RequestPart> parts;
    bool has_result = false;
    ReadBlocks(fields, "content", parts, [&](Fields& block) {
      if (block.Text("type", "") != "tool_result") return parts.push_back(ReadBlock(block, true));
      has_result = true;
      conversation.AddResult(
          block.has("content") ? ReadContent(block, "content", true) : std::vector<RequestPart>(),
          block.Text("tool_use_id", ""));
    });
    if (!parts.empty() || !has_result) {
      conversation.Add({.role = Role::kUser, .parts = std::move(parts)});
    }
  }

  void ReadAssistant(Fields& fields, ToolConversation& conversation) const {
    std::vector<RequestPart> parts;
    std::vector<ToolCall> calls;
    ReadBlocks(fields, "content", parts, [&](Fields& block) {
      const std::string type = block.Text("type", "");
      if (type == "thinking" || type == "redacted_thinking") return;
      if (type != "tool_use") return parts.push_back(ReadBlock(block, false));
      calls.push_back({.id = block.Text("id", ""),
                       .name = block.Text("name", ""),
                       .arguments = ReadArguments(block, "input")});
      if (calls.back().name.empty()) block.Reject("name", "expected the name of a tool");
    });
    conversation.Add({.role = Role::kAssistant, .parts = std::move(parts)});
    conversation.AddCalls(calls);
  }

  void ReadMessage(const Json& object, const std::string& where,
                   ToolConversation& conversation) const {
    Fields fields(object, where, problem);
    const auto role = RoleNamed(fields.Text("role", ""));
    if (!role) fields.Reject("role", "expected user or assistant");
    if (role == Role::kUser) return ReadUser(fields, conversation);
    if (role == Role::kAssistant) return ReadAssistant(fields, conversation);
    conversation.Add({.role = Role::kSystem, .parts = ReadContent(fields, "content", false)});
  }
};

}  // namespace

std::vector<RequestMessage> ReadAnthropicMessages(Fields& body, RequestImages& images,
                                                  Problem& problem, ToolForm form) {
  const BlockReader reader = {.images = images, .problem = problem};
  ToolConversation conversation(form);
  if (body.has("system")) {
    conversation.Add({.role = Role::kSystem, .parts = reader.ReadContent(body, "system", false)});
  }
  const Json* list = body.List("messages");
  if (list == nullptr || list->empty() || list->size() > kMaxMessages) {
    body.Reject("messages",
                "expected a list of 1 to " + std::to_string(kMaxMessages) + " messages");
    return {};
  }
  for (std::size_t i = 0; i < list->size() && !problem; ++i) {
    reader.ReadMessage((*list)[i], "messages[" + std::to_string(i) + "]", conversation);
  }
  return conversation.Move();
}

}  // namespace edgevlm
