#include "catalog/catalog.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/mapped_file.h"
#include "catalog/builtin_catalog.h"
#include "digest/sha256.h"
#include "gguf/mapped_parts.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxCatalogBytes = 1 << 20;
constexpr std::size_t kMaxNameBytes = 100;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 50;
constexpr int kMaxMemoryMb = 1 << 30;

bool IsPlainName(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.' &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Reads the values of one JSON object. Keeps the first error; check it once, at the end.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) Fail("expected an object");
  }

  std::string Text(const char* key) {
    const json& value = Value(key);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
      return value.get<std::string>();
    }
    Fail(std::string("key '") + key + "': expected a text");
    return {};
  }

  std::string PlainName(const char* key) {
    std::string name = Text(key);
    if (!IsPlainName(name)) {
      Fail(std::string("key '") + key + "': expected a plain file name, found '" + name + "'");
    }
    return name;
  }

  bool Flag(const char* key) {
    const json& value = Value(key);
    if (value.is_boolean()) return value.get<bool>();
    Fail(std::string("key '") + key + "': expected true or false");
    return false;
  }

  // From 1 to `max`.
  std::uint64_t Number(const char* key, std::uint64_t max) {
    const json& value = Value(key);
    if (value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
        value.get<std::uint64_t>() <= max) {
      return value.get<std::uint64_t>();
    }
    Fail(std::string("key '") + key + "': expected a whole number from 1 to " +
         std::to_string(max));
    return 0;
  }

  bool IsNull(const char* key) { return Value(key).is_null(); }

  const json& List(const char* key) {
    const json& value = Value(key);
    if (!value.is_array()) Fail(std::string("key '") + key + "': expected a list");
    return value;
  }

  void Fail(const std::string& why) {
    if (!error_) error_ = Error{ErrorCode::kCorrupt, "catalog: " + where_ + ": " + why};
  }

  const MaybeError& error() const { return error_; }

 private:
  const json& Value(const char* key) {
    static const json kNothing;
    if (error_) return kNothing;
    const auto found = object_.find(key);
    if (found != object_.end()) return *found;
    Fail(std::string("key '") + key + "' is missing");
    return kNothing;
  }

  const json& object_;
  const std::string where_;
  MaybeError error_;
};

Result<CatalogFile> ParseFile(const json& object, const std::string& where) {
  Fields fields(object, where);
  CatalogFile file;
  const std::string role = fields.Text("role");
  if (role == NameOf(FileRole::kMmproj)) {
    file.role = FileRole::kMmproj;
  } else if (role != NameOf(FileRole::kModel)) {
    fields.Fail("key 'role': expected model or mmproj, found '" + role + "'");
  }
  file.name = fields.PlainName("name");
  file.url = fields.Text("url");
  if (!fields.IsNull("bytes")) file.bytes = fields.Number("bytes", kMaxFileBytes);
  if (!fields.IsNull("sha256")) {
    file.sha256 = fields.Text("sha256");
    if (!IsSha256Digest(*file.sha256)) {
      fields.Fail("key 'sha256': expected 64 lower-case hexadecimal digits");
    }
  }
  if (fields.error()) return *fields.error();
  return file;
}

// Expects a model in one file or in all of its parts, then at most one mmproj of another name.
bool RolesFit(const std::vector<CatalogFile>& files) {
  const auto is_mmproj = [](const CatalogFile& file) { return file.role == FileRole::kMmproj; };
  const auto parts = std::ranges::find_if(files, is_mmproj) - files.begin();
  if (parts == 0 || std::ssize(files) > parts + 1) return false;
  if (std::ssize(files) == parts + 1 && files.back().name == files.front().name) return false;
  const std::optional<PartName> first = ParsePartName(files[0].name);
  if (parts == 1) return !first || first->count == 1;
  for (int i = 0; i < parts; ++i) {
    const bool is_next = first && first->count == parts &&
                         files[static_cast<std::size_t>(i)].name == first->Of(i + 1);
    if (!is_next) return false;
  }
  return true;
}

Result<CatalogEntry> ParseEntry(const json& object, std::size_t number) {
  std::string where = "entry " + std::to_string(number);
  if (object.is_object() && object.contains("name") && object["name"].is_string()) {
    where = "'" + object["name"].get<std::string>() + "'";
  }
  Fields fields(object, where);
  CatalogEntry entry;
  entry.name = fields.PlainName("name");
  entry.title = fields.Text("title");
  entry.family = fields.Text("family");
  entry.license = fields.Text("license");
  entry.license_url = fields.Text("license_url");
  entry.must_accept = fields.Flag("must_accept");
  entry.memory_mb = static_cast<int>(fields.Number("memory_mb", kMaxMemoryMb));
  entry.note = fields.Text("note");
  const json& files = fields.List("files");
  if (fields.error()) return *fields.error();
  for (const json& file_object : files) {
    auto file = ParseFile(file_object, where + ": file " + std::to_string(entry.files.size() + 1));
    if (!file) return file.error();
    entry.files.push_back(*std::move(file));
  }
  if (!RolesFit(entry.files)) {
    fields.Fail("key 'files': expected a model, or all of its parts, then at most an mmproj");
  }
  if (fields.error()) return *fields.error();
  return entry;
}

}  // namespace

const char* NameOf(FileRole role) { return role == FileRole::kModel ? "model" : "mmproj"; }

std::optional<std::uint64_t> CatalogEntry::bytes() const {
  std::uint64_t sum = 0;  // cannot overflow: a few files of at most 2^50 bytes
  for (const CatalogFile& file : files) {
    if (!file.bytes) return std::nullopt;
    sum += *file.bytes;
  }
  return sum;
}

Result<Catalog> ParseCatalog(std::string_view text) {
  if (text.size() > kMaxCatalogBytes) {
    return Error{ErrorCode::kTooLarge, "catalog: expected at most 1 MiB, found more"};
  }
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Error{ErrorCode::kCorrupt, "catalog: not JSON"};
  Fields fields(document, "document");
  const json& entries = fields.List("models");
  if (fields.error()) return *fields.error();
  Catalog catalog;
  for (const json& object : entries) {
    auto entry = ParseEntry(object, catalog.size() + 1);
    if (!entry) return entry.error();
    const auto same_name = [&](const CatalogEntry& other) { return other.name == entry->name; };
    if (std::any_of(catalog.begin(), catalog.end(), same_name)) {
      return Error{ErrorCode::kCorrupt, "catalog: '" + entry->name + "' occurs twice"};
    }
    catalog.push_back(*std::move(entry));
  }
  return catalog;
}

Result<Catalog> LoadCatalog() {
  const char* path = std::getenv("EDGEVLM_CATALOG");
  if (path == nullptr || *path == '\0') return ParseCatalog(BuiltinCatalog());
  const auto file = MappedFile::Open(path);
  if (!file) return file.error();
  const auto bytes = file->bytes();
  auto catalog = ParseCatalog({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!catalog) return catalog.error().In(path);
  return catalog;
}

Result<CatalogEntry> FindEntry(const Catalog& catalog, std::string_view name) {
  std::string names;
  for (const CatalogEntry& entry : catalog) {
    if (entry.name == name) return entry;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return Error{ErrorCode::kNotFound,
               "model '" + std::string(name) + "': expected one of " + names + ", found none"};
}

}  // namespace edgevlm
