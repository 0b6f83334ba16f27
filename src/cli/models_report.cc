#include "cli/models_report.h"

#include <array>
#include <cstdio>

#include "catalog/folder.h"
#include "cli/byte_bar.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

using nlohmann::json;

std::string SizeOrUnknown(const std::optional<std::uint64_t>& bytes) {
  return bytes ? SizeText(*bytes) : "?";
}

std::string Row(const std::array<std::string, 5>& cells) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(), "%-24.100s %10.20s %10.20s  %-12.60s %.20s\n",
                Printable(cells[0]).c_str(), cells[1].c_str(), cells[2].c_str(),
                Printable(cells[3]).c_str(), cells[4].c_str());
  return text.data();
}

bool IsThere(const FolderOrError& folder, const CatalogEntry& entry) {
  return folder && IsInstalled(*folder, entry);
}

json Size(const std::optional<std::uint64_t>& bytes) { return bytes ? json(*bytes) : json(); }

}  // namespace

std::string ListText(const Catalog& catalog, const FolderOrError& folder) {
  std::string table = Row({"name", "size", "memory", "license", "installed"});
  for (const CatalogEntry& entry : catalog) {
    table += Row({entry.name, SizeOrUnknown(entry.bytes()), std::to_string(entry.memory_mb) + " MB",
                  entry.license, IsThere(folder, entry) ? "yes" : "-"});
  }
  return table;
}

json ListJson(const Catalog& catalog, const FolderOrError& folder) {
  json models = json::array();
  for (const CatalogEntry& entry : catalog) models.push_back(ShowJson(entry, folder));
  return {{"folder", folder ? json(*folder) : json()}, {"models", models}};
}

std::string ShowText(const CatalogEntry& entry, const FolderOrError& folder) {
  std::string text = entry.name + ": " + entry.title + "\n";
  text += "family     " + entry.family + "\n";
  text += "license    " + entry.license + ", " + entry.license_url +
          (entry.must_accept ? " (to be accepted)" : "") + "\n";
  text += "memory     about " + std::to_string(entry.memory_mb) + " MB\n";
  text += std::string("installed  ") + (IsThere(folder, entry) ? "yes" : "no") + "\n";
  text += "note       " + entry.note + "\n";
  for (const CatalogFile& file : entry.files) {
    text += std::string(NameOf(file.role)) + "\n";
    text += "  from     " + file.url + "\n";
    text += "  to       " +
            (folder ? PathOf(*folder, entry, file) : "not known: " + folder.error().message) + "\n";
    text +=
        "  size     " + (file.bytes ? std::to_string(*file.bytes) + " bytes" : "not known") + "\n";
    text += "  SHA-256  " + file.sha256.value_or("not known") + "\n";
  }
  return PrintableText(text);
}

json ShowJson(const CatalogEntry& entry, const FolderOrError& folder) {
  json files = json::array();
  for (const CatalogFile& file : entry.files) {
    files.push_back({{"role", NameOf(file.role)},
                     {"name", file.name},
                     {"url", file.url},
                     {"path", folder ? json(PathOf(*folder, entry, file)) : json()},
                     {"bytes", Size(file.bytes)},
                     {"sha256", file.sha256 ? json(*file.sha256) : json()}});
  }
  return {{"name", entry.name},
          {"title", entry.title},
          {"family", entry.family},
          {"license", entry.license},
          {"license_url", entry.license_url},
          {"must_accept", entry.must_accept},
          {"memory_mb", entry.memory_mb},
          {"bytes", Size(entry.bytes())},
          {"installed", IsThere(folder, entry)},
          {"note", entry.note},
          {"files", files}};
}

std::string PulledText(const CatalogEntry& entry, const std::vector<PulledFile>& files,
                       bool by_name) {
  std::string text;
  std::string use = by_name ? " -m " + entry.name : "";
  bool is_first = true;
  for (const PulledFile& file : files) {
    text += Printable(file.path) + ": " + SizeText(file.bytes) + ", SHA-256 " + file.sha256 +
            (file.was_there ? ", was there\n" : "\n");
    const bool is_mmproj = file.role == FileRole::kMmproj;
    if (!by_name && (is_first || is_mmproj)) {  // loading the first part loads the others
      use += (is_mmproj ? " --mmproj " : " -m ") + Printable(file.path);
    }
    is_first = false;
  }
  return text + "Use it with:" + use + "\n";
}

json PulledJson(const CatalogEntry& entry, const std::vector<PulledFile>& files) {
  json list = json::array();
  for (const PulledFile& file : files) {
    list.push_back({{"role", NameOf(file.role)},
                    {"path", file.path},
                    {"bytes", file.bytes},
                    {"sha256", file.sha256},
                    {"was_there", file.was_there}});
  }
  return {{"name", entry.name}, {"files", list}};
}

}  // namespace edgevlm
