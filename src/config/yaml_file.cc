#include "config/yaml_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

// What the parser expects next: a section's name, a key, its value, or the items of a list.
enum class Expected { kSectionName, kSection, kKey, kValue, kItem, kEnd };

// Handles the events of the YAML parser. Events, unlike a tree, have line numbers, and aliases are
// rejected before they can expand exponentially. Events after the first error are ignored.
class Reader final : public YAML::EventHandler {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  MaybeError error() const { return error_; }
  std::vector<Setting> settings() && { return std::move(settings_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!Plain(mark, anchor, "?") || depth_ == 0) return;
    if (expected_ == Expected::kSection) {
      expected_ = Expected::kSectionName;
    } else if (expected_ == Expected::kValue) {
      expected_ = Expected::kKey;
    } else {
      Fail(mark, "expected " + ExpectedText() + ", found nothing");
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(mark, "expected " + ExpectedText() + ", found an alias");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!Plain(mark, anchor, tag)) return;
    switch (expected_) {
      case Expected::kSectionName:
        if (depth_ == 0) return Fail(mark, "expected sections, found '" + value + "'");
        section_ = value;
        expected_ = Expected::kSection;
        return;
      case Expected::kKey:
        return ReadKey(mark, value);
      case Expected::kValue:
        AddSetting(mark).values.push_back(value);
        expected_ = Expected::kKey;
        return;
      case Expected::kItem:
        settings_.back().values.push_back(value);
        return;
      default:
        Fail(mark, section_ + ": expected keys below it, found '" + value + "'");
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (!Plain(mark, anchor, tag)) return;
    if (expected_ != Expected::kValue) {
      return Fail(mark, "expected " + ExpectedText() + ", found a list");
    }
    AddSetting(mark);
    expected_ = Expected::kItem;
  }

  void OnSequenceEnd() override {
    if (!error_) expected_ = Expected::kKey;
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (!Plain(mark, anchor, tag)) return;
    const bool fits = depth_ == 0 || (depth_ == 1 && expected_ == Expected::kSection);
    if (!fits) return Fail(mark, "expected " + ExpectedText() + ", found keys below it");
    if (++depth_ == 2) expected_ = Expected::kKey;
  }

  void OnMapEnd() override {
    if (error_) return;
    expected_ = --depth_ == 1 ? Expected::kSectionName : Expected::kEnd;
  }

 private:
  bool Plain(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (error_) return false;
    if (anchor != YAML::NullAnchor) Fail(mark, "expected " + ExpectedText() + ", found an anchor");
    // The parser reports the tag "?" for values without quotes and "!" for values in quotes.
    if (!tag.empty() && tag != "?" && tag != "!") Fail(mark, "expected no tags, found " + tag);
    return !error_;
  }

  std::string ExpectedText() const {
    switch (expected_) {
      case Expected::kKey:
        return "a key";
      case Expected::kValue:
        return section_ + "." + key_ + ": a value";
      case Expected::kItem:
        return section_ + "." + key_ + ": a list of values";
      default:
        return "the name of a section";
    }
  }

  void ReadKey(const YAML::Mark& mark, const std::string& key) {
    key_ = key;
    if (!seen_.insert(section_ + "." + key).second) {
      return Fail(mark, section_ + "." + key + ": expected once, found again");
    }
    expected_ = Expected::kValue;
  }

  Setting& AddSetting(const YAML::Mark& mark) {
    return settings_.emplace_back(
        Setting{.key = section_ + "." + key_, .values = {}, .where = Where(mark)});
  }

  std::string Where(const YAML::Mark& mark) const {
    return name_ + ":" + std::to_string(mark.line + 1);
  }

  void Fail(const YAML::Mark& mark, const std::string& what) {
    if (!error_) error_ = Error{ErrorCode::kCorrupt, Where(mark) + ": " + what};
  }

  const std::string name_;
  MaybeError error_;
  std::vector<Setting> settings_;
  std::set<std::string> seen_;
  std::string section_;
  std::string key_;
  Expected expected_ = Expected::kSectionName;
  int depth_ = 0;  // open maps
};

}  // namespace

Result<std::vector<Setting>> ParseConfig(std::string_view text, const std::string& name) {
  if (text.size() > kMaxConfigBytes) {
    return Error{ErrorCode::kTooLarge, name + ": expected at most " +
                                           std::to_string(kMaxConfigBytes) + " bytes, found " +
                                           std::to_string(text.size())};
  }
  Reader reader(name);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(reader);
    if (reader.error()) return *reader.error();
    Reader second(name);
    if (parser.HandleNextDocument(second)) {
      return Error{ErrorCode::kCorrupt, name + ": expected one document, found another"};
    }
  } catch (const YAML::Exception& error) {
    return Error{ErrorCode::kCorrupt,
                 name + ":" + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg};
  }
  return std::move(reader).settings();
}

Result<std::vector<Setting>> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return Error{code, path + ": cannot be read: " + std::generic_category().message(errno)};
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Error{ErrorCode::kIo, path + ": cannot be read"};
  text.resize(static_cast<std::size_t>(file.gcount()));
  return ParseConfig(text, path);
}

}  // namespace edgevlm
