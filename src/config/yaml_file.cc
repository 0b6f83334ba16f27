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

// Where the reader stands: a section's name, then a key, then its value or the items of a list.
enum class Place { kSectionName, kSection, kKey, kValue, kItem, kEnd };

// Takes the events of the YAML parser. Reading them one by one, instead of a tree, keeps the lines
// and gives anchors no chance to multiply. After the first error all others are passed over.
class Reader final : public YAML::EventHandler {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  MaybeError error() const { return error_; }
  std::vector<Setting> TakeSettings() { return std::move(settings_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!Plain(mark, anchor, "?") || depth_ == 0) return;
    if (place_ == Place::kSection) {
      place_ = Place::kSectionName;
    } else if (place_ == Place::kValue) {
      place_ = Place::kKey;
    } else {
      Fail(mark, "expected " + Wanted() + ", found nothing");
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(mark, "expected " + Wanted() + ", found an alias");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!Plain(mark, anchor, tag)) return;
    switch (place_) {
      case Place::kSectionName:
        if (depth_ == 0) return Fail(mark, "expected sections, found '" + value + "'");
        section_ = value;
        place_ = Place::kSection;
        return;
      case Place::kKey:
        return BeginKey(mark, value);
      case Place::kValue:
        AddSetting(mark).values.push_back(value);
        place_ = Place::kKey;
        return;
      case Place::kItem:
        settings_.back().values.push_back(value);
        return;
      default:
        Fail(mark, section_ + ": expected keys below it, found '" + value + "'");
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (!Plain(mark, anchor, tag)) return;
    if (place_ != Place::kValue) return Fail(mark, "expected " + Wanted() + ", found a list");
    AddSetting(mark);
    place_ = Place::kItem;
  }

  void OnSequenceEnd() override {
    if (!error_) place_ = Place::kKey;
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (!Plain(mark, anchor, tag)) return;
    const bool fits = depth_ == 0 || (depth_ == 1 && place_ == Place::kSection);
    if (!fits) return Fail(mark, "expected " + Wanted() + ", found keys below it");
    if (++depth_ == 2) place_ = Place::kKey;
  }

  void OnMapEnd() override {
    if (error_) return;
    place_ = --depth_ == 1 ? Place::kSectionName : Place::kEnd;
  }

 private:
  bool Plain(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (error_) return false;
    if (anchor != YAML::NullAnchor) Fail(mark, "expected " + Wanted() + ", found an anchor");
    // "?" and "!" are what the parser says of values without and with quotes.
    if (!tag.empty() && tag != "?" && tag != "!") Fail(mark, "expected no tags, found " + tag);
    return !error_;
  }

  std::string Wanted() const {
    switch (place_) {
      case Place::kKey:
        return "a key";
      case Place::kValue:
        return section_ + "." + key_ + ": a value";
      case Place::kItem:
        return section_ + "." + key_ + ": a list of values";
      default:
        return "the name of a section";
    }
  }

  void BeginKey(const YAML::Mark& mark, const std::string& key) {
    key_ = key;
    if (!seen_.insert(section_ + "." + key).second) {
      return Fail(mark, section_ + "." + key + ": expected once, found again");
    }
    place_ = Place::kValue;
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
  Place place_ = Place::kSectionName;
  int depth_ = 0;  // maps that are open
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
  return reader.TakeSettings();
}

Result<std::vector<Setting>> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return Error{code, path + ": can not be read: " + std::generic_category().message(errno)};
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Error{ErrorCode::kIo, path + ": can not be read"};
  text.resize(static_cast<std::size_t>(file.gcount()));
  return ParseConfig(text, path);
}

}  // namespace edgevlm
