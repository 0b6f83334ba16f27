#include "fleet/journal.h"

#include <zlib.h>

#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/mapped_file.h"

namespace edgevlm {
namespace {

constexpr std::string_view kVersion = "edgevlm-batch-1";
constexpr std::string_view kAnyVersion = "edgevlm-batch-";
constexpr std::size_t kSumBytes = 9;  // eight digits and a blank

std::string Escaped(std::string_view field) {
  std::string text;
  for (const char c : field) {
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\n':
        text += "\\n";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::optional<std::string> Unescaped(std::string_view text) {
  std::string field;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      field += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    switch (text[i]) {
      case '\\':
        field += '\\';
        break;
      case 't':
        field += '\t';
        break;
      case 'n':
        field += '\n';
        break;
      default:
        return std::nullopt;
    }
  }
  return field;
}

std::string Sum(std::string_view text) {
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
  std::array<char, kSumBytes + 1> digits;
  std::snprintf(digits.data(), digits.size(), "%08" PRIx32 " ", static_cast<std::uint32_t>(sum));
  return digits.data();
}

std::string Line(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) text += '\t';
    text += Escaped(field);
  }
  return Sum(text) + text + "\n";
}

// The fields of a line without its end; nothing if it is not whole.
std::optional<std::vector<std::string>> Fields(std::string_view line) {
  if (line.size() <= kSumBytes || line.substr(0, kSumBytes) != Sum(line.substr(kSumBytes))) {
    return std::nullopt;
  }
  line.remove_prefix(kSumBytes);
  std::vector<std::string> fields;
  while (true) {
    const std::size_t end = line.find('\t');
    std::optional<std::string> field = Unescaped(line.substr(0, end));
    if (!field) return std::nullopt;
    fields.push_back(*std::move(field));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

MaybeError CheckVersion(const std::vector<std::string>& fields) {
  const std::string& found = fields.front();
  if (found == kVersion || !found.starts_with(kAnyVersion)) return {};
  return Error{ErrorCode::kUnsupported,
               "journal: expected " + std::string(kVersion) + ", found " + found};
}

// Nothing for another kind of line.
std::optional<BatchWork> ReadHead(const std::vector<std::string>& fields) {
  if (fields.front() != kVersion) return std::nullopt;
  BatchWork work;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const std::size_t end = fields[i].find('=');
    if (end == std::string::npos) return std::nullopt;
    work[fields[i].substr(0, end)] = fields[i].substr(end + 1);
  }
  return work;
}

std::optional<JournalEntry> ReadEntry(const std::vector<std::string>& fields,
                                      std::int64_t last_end) {
  if (fields.size() < 2 || fields.size() > 3) return std::nullopt;
  JournalEntry entry = {.image = fields[1], .renamed = fields.size() == 3 ? fields[2] : ""};
  const std::string& end = fields[0];
  const auto [stop, failed] = std::from_chars(end.data(), end.data() + end.size(), entry.end);
  const bool is_whole = failed == std::errc() && stop == end.data() + end.size();
  if (!is_whole || entry.end <= last_end || entry.image.empty()) return std::nullopt;
  return entry;
}

// images: those of the lines before. False: this one cannot follow them.
bool AddLine(const std::vector<std::string>& fields, std::unordered_set<std::string>& images,
             JournalContent& to) {
  if (!to.work) {
    to.work = ReadHead(fields);
    return to.work.has_value();
  }
  const std::int64_t last_end = to.entries.empty() ? 0 : to.entries.back().end;
  std::optional<JournalEntry> entry = ReadEntry(fields, last_end);
  if (!entry || !images.insert(entry->image).second) return false;
  to.entries.push_back(*std::move(entry));
  return true;
}

std::string Difference(const BatchWork& found, const BatchWork& expected) {
  const auto value = [](const BatchWork& work, const std::string& name) {
    const auto entry = work.find(name);
    return entry == work.end() ? std::string("none") : entry->second;
  };
  BatchWork all = found;
  all.insert(expected.begin(), expected.end());
  for (const auto& [name, ignored] : all) {
    if (value(found, name) == value(expected, name)) continue;
    return name + ": begun with " + value(found, name) + ", now " + value(expected, name);
  }
  return "";
}

}  // namespace

std::string JournalHead(const BatchWork& work) {
  std::vector<std::string> fields = {std::string(kVersion)};
  for (const auto& [name, value] : work) {
    std::string field = name;
    fields.push_back(field.append("=").append(value));
  }
  return Line(fields);
}

std::string JournalLine(const JournalEntry& entry) {
  std::vector<std::string> fields = {std::to_string(entry.end), entry.image};
  if (!entry.renamed.empty()) fields.push_back(entry.renamed);
  return Line(fields);
}

Result<JournalContent> ParseJournal(std::string_view text) {
  JournalContent content;
  std::unordered_set<std::string> images;
  while (content.bytes < text.size()) {
    const std::size_t end = text.find('\n', content.bytes);
    if (end == std::string_view::npos) break;
    const auto fields = Fields(text.substr(content.bytes, end - content.bytes));
    if (!fields) break;
    if (!content.work) {
      if (auto error = CheckVersion(*fields)) return *error;
    }
    if (!AddLine(*fields, images, content)) break;
    content.bytes = end + 1;
  }
  return content;
}

Result<Journal> Journal::Open(const std::string& path, const BatchWork& work) {
  Result<LineFile> file = LineFile::Open(path, "batch");
  if (!file) return file.error();
  Journal journal(*std::move(file));
  if (journal.file_.bytes() > 0) {
    if (auto error = journal.Read(work)) return *error;
    return journal;
  }
  if (auto error = journal.file_.Append(JournalHead(work))) return *error;
  if (auto error = journal.file_.Sync()) return *error;
  return journal;
}

MaybeError Journal::Read(const BatchWork& work) {
  const std::string& path = file_.path();
  const auto mapped = MappedFile::Open(path);
  if (!mapped) return mapped.error();
  Result<JournalContent> content =
      ParseJournal({reinterpret_cast<const char*>(mapped->bytes().data()), mapped->bytes().size()});
  if (!content) return content.error().In(path);
  if (!content->work) {
    return Error{ErrorCode::kCorrupt, path + ": first line: expected the journal of a batch"};
  }
  if (const std::string difference = Difference(*content->work, work); !difference.empty()) {
    return Error{ErrorCode::kInvalid,
                 path + ": " + difference + "; expected the same as before, or another --out"};
  }
  cut_bytes_ = file_.bytes() - static_cast<std::int64_t>(content->bytes);
  for (JournalEntry& entry : content->entries) {
    results_bytes_ = entry.end;
    done_.emplace(std::move(entry.image), std::move(entry.renamed));
  }
  return file_.CutTo(static_cast<std::int64_t>(content->bytes));
}

MaybeError Journal::Append(std::span<const JournalEntry> entries) {
  std::string lines;
  for (const JournalEntry& entry : entries) lines += JournalLine(entry);
  if (auto error = file_.Append(lines)) return error;
  if (auto error = file_.Sync()) return error;
  for (const JournalEntry& entry : entries) {
    results_bytes_ = entry.end;
    done_.emplace(entry.image, entry.renamed);
  }
  return {};
}

}  // namespace edgevlm
