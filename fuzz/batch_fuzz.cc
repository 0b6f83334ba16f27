// Any bytes as a journal, a list of images, a result and a template of names.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "fleet/caption_index.h"
#include "fleet/image_list.h"
#include "fleet/journal.h"
#include "fleet/name_template.h"
#include "fleet/result_line.h"

namespace {

// What was read must be written as it was.
void ReadJournal(std::string_view text) {
  const auto content = edgevlm::ParseJournal(text);
  if (!content) return;
  CHECK(content->bytes <= text.size());
  CHECK(content->work.has_value() == (content->bytes > 0));
  std::string written;
  for (const edgevlm::JournalEntry& entry : content->entries) {
    written += edgevlm::JournalLine(entry);
  }
  const auto head = content->work ? edgevlm::JournalHead(*content->work) : "";
  const auto again = edgevlm::ParseJournal(head + written);
  CHECK(again.ok() && again->entries == content->entries && again->work == content->work);
}

void ReadTemplate(std::string_view text) {
  const auto parsed = edgevlm::NameTemplate::Parse(text, 1);
  if (!parsed) return;
  const std::vector<edgevlm::Reply> replies(1);
  const std::string name = parsed->NameOf({.path = "a/b.png", .number = 1, .replies = replies});
  CHECK(name.find('/') == std::string::npos && !name.starts_with('.'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  ReadJournal(text);
  ReadTemplate(text);
  std::istringstream in(text);
  std::vector<std::string> images;
  if (!edgevlm::ReadImageList(in, "list", images)) {
    for (const std::string& image : images) CHECK(!image.empty());
  }
  static_cast<void>(edgevlm::ReadResultLine(text));
  static_cast<void>(edgevlm::FullTextQuery(text));
  return 0;
}
