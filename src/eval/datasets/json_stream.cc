#include "eval/datasets/json_stream.h"

#include <istream>
#include <iterator>
#include <limits>

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr int kMaxJsonDepth = 64;

// The bytes of a stream, for nlohmann's parser, which sees the end where the budget is spent.
class BudgetedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  BudgetedIterator() = default;  // the end
  BudgetedIterator(std::streambuf* bytes, std::size_t* budget) : bytes_(bytes), budget_(budget) {}

  char operator*() const { return static_cast<char>(bytes_->sgetc()); }
  BudgetedIterator& operator++() {
    bytes_->sbumpc();
    --*budget_;
    return *this;
  }
  BudgetedIterator operator++(int) { return ++*this; }
  bool operator==(const BudgetedIterator& other) const { return AtEnd() == other.AtEnd(); }

 private:
  bool AtEnd() const {
    return bytes_ == nullptr || *budget_ == 0 || bytes_->sgetc() == std::char_traits<char>::eof();
  }

  std::streambuf* bytes_ = nullptr;
  std::size_t* budget_ = nullptr;
};

// Receives the parser's events; builds the elements of the array and nothing else.
class ElementBuilder final : public nlohmann::json_sax<json> {
 public:
  ElementBuilder(const std::string& key, const OnJsonElement& on_element, std::size_t& budget)
      : key_(key), on_element_(on_element), budget_(budget) {}

  bool found() const { return found_; }
  int elements() const { return elements_; }
  std::size_t error_position() const { return error_position_; }
  bool too_deep() const { return too_deep_; }
  const MaybeError& element_error() const { return element_error_; }

  bool null() override { return Value(nullptr); }
  bool boolean(bool value) override { return Value(value); }
  bool number_integer(number_integer_t value) override { return Value(value); }
  bool number_unsigned(number_unsigned_t value) override { return Value(value); }
  bool number_float(number_float_t value, const string_t&) override { return Value(value); }
  bool string(string_t& value) override { return Value(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return Open(json::object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override {
    const bool is_it = depth_ == (key_.empty() ? 0 : 1) && !found_ && (key_.empty() || at_key_);
    if (!is_it) return Open(json::array());
    found_ = true;
    inside_ = depth_ + 1;
    return Deeper();
  }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    Renew();
    at_key_ = depth_ == 1 && name == key_;
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    error_position_ = position;
    return false;
  }

 private:
  bool IsBuilding() const { return inside_ > 0 && depth_ >= inside_; }

  // Outside of elements, a single token must fit the budget; inside, the whole element.
  void Renew() {
    if (stack_.empty()) budget_ = kMaxJsonElementBytes;
  }

  bool Deeper() {
    Renew();
    at_key_ = false;
    too_deep_ = ++depth_ > kMaxJsonDepth;
    return !too_deep_;
  }

  json& Add(json value) {
    if (stack_.empty()) return element_ = std::move(value);
    json& above = *stack_.back();
    if (above.is_object()) return above[name_] = std::move(value);
    above.push_back(std::move(value));
    return above.back();
  }

  bool Value(json value) {
    Renew();
    at_key_ = false;
    if (!IsBuilding()) return true;
    Add(std::move(value));
    return !stack_.empty() || Emit();
  }

  bool Open(json container) {
    if (IsBuilding()) stack_.push_back(&Add(std::move(container)));
    return Deeper();
  }

  bool Close() {
    --depth_;
    if (inside_ > 0 && depth_ < inside_) inside_ = 0;
    if (stack_.empty()) return true;
    stack_.pop_back();
    return !stack_.empty() || Emit();
  }

  bool Emit() {
    ++elements_;
    element_error_ = on_element_(element_);
    budget_ = kMaxJsonElementBytes;
    return !element_error_;
  }

  const std::string& key_;
  const OnJsonElement& on_element_;
  std::size_t& budget_;
  int depth_ = 0;   // of open containers
  int inside_ = 0;  // the depth of the array's elements while it is open
  bool found_ = false;
  bool at_key_ = false;
  std::string name_;  // the latest key
  json element_;
  std::vector<json*> stack_;  // of open containers of the element
  int elements_ = 0;
  std::size_t error_position_ = 0;
  bool too_deep_ = false;
  MaybeError element_error_;
};

}  // namespace

MaybeError ReadJsonArray(std::istream& in, const std::string& name, const std::string& key,
                         const OnJsonElement& on_element) {
  std::size_t budget = kMaxJsonElementBytes;
  ElementBuilder builder(key, on_element, budget);
  const bool whole =
      json::sax_parse(BudgetedIterator(in.rdbuf(), &budget), BudgetedIterator(), &builder);
  const std::string element = name + ": element " + std::to_string(builder.elements());
  if (builder.element_error()) return builder.element_error()->In(element);
  if (budget == 0 || builder.too_deep()) {
    return Error{ErrorCode::kTooLarge, element + ": expected the next one to be at most " +
                                           std::to_string(kMaxJsonElementBytes) + " bytes and " +
                                           std::to_string(kMaxJsonDepth) + " deep"};
  }
  if (!whole) {
    return Error{ErrorCode::kCorrupt, name + ": byte " + std::to_string(builder.error_position()) +
                                          ": expected JSON, found something else or the end"};
  }
  if (builder.found()) return {};
  const std::string array = key.empty() ? "an array" : "an object with the array '" + key + "'";
  return Error{ErrorCode::kCorrupt, name + ": expected " + array + ", found none"};
}

MaybeError ReadJsonLines(std::istream& in, const std::string& name,
                         const OnJsonElement& on_element) {
  std::string line;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (int number = 1; in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
       ++number) {
    const std::string where = name + ": line " + std::to_string(number);
    const std::string_view text(buffer.data());
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) return Error{ErrorCode::kCorrupt, where + ": expected JSON"};
    if (auto error = on_element(object)) return error->In(where);
  }
  if (in.eof()) return {};
  return Error{ErrorCode::kTooLarge, name + ": expected lines of at most " +
                                         std::to_string(buffer.size() - 1) + " bytes"};
}

JsonFields::JsonFields(const json& object) : object_(object) {
  if (!object.is_object()) error_ = Error{ErrorCode::kCorrupt, "expected an object"};
}

void JsonFields::Fail(const char* field, const std::string& expected) {
  if (!error_) error_ = Error{ErrorCode::kCorrupt, std::string(field) + ": expected " + expected};
}

const json* JsonFields::Find(const char* field) {
  if (error_) return nullptr;
  const auto found = object_.find(field);
  return found == object_.end() ? nullptr : &*found;
}

std::string JsonFields::Spell(const json& value, const char* field) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  Fail(field, "a text or a whole number");
  return {};
}

std::string JsonFields::Text(const char* field) {
  const json* value = Find(field);
  if (value != nullptr) return Spell(*value, field);
  Fail(field, "a text, found nothing");
  return {};
}

std::string JsonFields::TextOr(const char* field, const std::string& otherwise) {
  const json* value = Find(field);
  return value == nullptr ? otherwise : Spell(*value, field);
}

std::vector<std::string> JsonFields::Texts(const char* field, const char* member) {
  const json* array = Find(field);
  std::vector<std::string> texts;
  if (array == nullptr || !array->is_array()) {
    Fail(field, "an array");
    return texts;
  }
  for (const json& element : *array) {
    if (member == nullptr) {
      texts.push_back(Spell(element, field));
    } else if (element.is_object() && element.contains(member)) {
      texts.push_back(Spell(element[member], member));
    } else {
      Fail(field, std::string("objects with '") + member + "'");
    }
  }
  return texts;
}

}  // namespace edgevlm
