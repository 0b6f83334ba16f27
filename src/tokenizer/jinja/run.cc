#include "tokenizer/jinja/run.h"

#include <algorithm>

namespace edgevlm::jinja {

void Run::Fail(ErrorCode code, const std::string& what) {
  if (!error_) error_ = Error{code, "line " + std::to_string(line_) + ": " + what};
}

void Run::Step() {
  if (++steps_ > limits_.steps) {
    Fail(ErrorCode::kTooLarge, "expected at most " + std::to_string(limits_.steps) + " steps");
  }
}

void Run::Make(std::size_t bytes) {
  made_ += bytes;
  if (made_ > limits_.made_bytes) {
    Fail(ErrorCode::kTooLarge,
         "expected at most " + std::to_string(limits_.made_bytes) + " bytes of values");
  }
}

void Run::Read(std::size_t bytes) {
  read_ += bytes;
  if (read_ > limits_.read_bytes) {
    Fail(ErrorCode::kTooLarge,
         "expected at most " + std::to_string(limits_.read_bytes) + " bytes to be searched");
  }
}

void Run::Write(std::size_t bytes) {
  written_ += bytes;
  if (written_ > limits_.written_bytes) {
    Fail(ErrorCode::kTooLarge,
         "expected a prompt of at most " + std::to_string(limits_.written_bytes) + " bytes");
  }
}

Value Run::Made(Text text) {
  Make(text.size() + text.runs().size_bytes() + sizeof(Text));
  return failed() ? Value() : Value(std::move(text));
}

Value Run::MadeList(std::vector<Value> items) {
  Make(items.size() * sizeof(Value) + sizeof(List));
  Value list = Value::OfList(std::move(items));
  if (list.depth() > kMaxValueDepth) Fail(ErrorCode::kTooLarge, "expected lists less deep");
  return failed() ? Value() : list;
}

Value Run::MadeDict(std::vector<std::pair<Text, Value>> entries) {
  Make(entries.size() * sizeof(entries[0]) + sizeof(Dict));
  Value dict = Value::OfDict(std::move(entries));
  if (dict.depth() > kMaxValueDepth) Fail(ErrorCode::kTooLarge, "expected dicts less deep");
  return failed() ? Value() : dict;
}

Value Arguments::At(std::size_t index, std::string_view name) const {
  if (index < positional.size()) return positional[index];
  for (const auto& [given, value] : named) {
    if (!name.empty() && given == name) return value;
  }
  return {};
}

bool Arguments::HasNamed(std::string_view name) const {
  return std::ranges::any_of(named, [&](const auto& argument) { return argument.first == name; });
}

}  // namespace edgevlm::jinja
