#include "convert/huggingface/pickle.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/byte_reader.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {

using Kind = PickleValue::Kind;

// The stack machine.
class PickleReader {
 public:
  explicit PickleReader(std::span<const std::byte> bytes) : bytes_(bytes), in_(bytes) {}

  Result<Pickle> Read() {
    while (!is_done_) {
      const auto opcode = in_.Get<std::uint8_t>();
      if (!in_.ok()) return Corrupt("expected its end, found that of the bytes");
      if (auto error = Step(static_cast<char>(opcode))) return *error;
      if (!in_.ok()) return Corrupt("expected the argument of an opcode, found the end");
      if (problem_) return *problem_;
    }
    pickle_.root_ = Pop();
    if (problem_) return *problem_;
    return std::move(pickle_);
  }

 private:
  static Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, "pickle: " + what}; }
  static Error OverLimit(const std::string& what, std::size_t limit) {
    return {ErrorCode::kTooLarge,
            "pickle: " + what + ": expected at most " + std::to_string(limit) + ", found more"};
  }

  void Reject(Error error) {
    if (!problem_) problem_ = std::move(error);
  }

  // Values and items beyond the limits are a problem, after which the rest does not matter.
  void Push(PickleValue value) {
    items_ += value.items.size();
    if (pickle_.values_.size() >= PickleLimits::kValues || items_ > PickleLimits::kItems) {
      return Reject(OverLimit("values", PickleLimits::kValues));
    }
    stack_.push_back(static_cast<std::uint32_t>(pickle_.values_.size()));
    pickle_.values_.push_back(std::move(value));
  }
  void PushInt(std::int64_t number) { Push({.kind = Kind::kInt, .number = number}); }
  void PushText(std::uint64_t bytes) {
    if (bytes > PickleLimits::kTextBytes) {
      return Reject(OverLimit("bytes of a text", PickleLimits::kTextBytes));
    }
    Push({.kind = Kind::kText, .text = in_.Text(bytes)});
  }

  std::uint32_t Pop() {
    if (stack_.empty() || (!marks_.empty() && marks_.back() >= stack_.size())) {
      Reject(Corrupt("expected a value, found an empty stack"));
      if (pickle_.values_.empty()) pickle_.values_.emplace_back();
      return 0;
    }
    const std::uint32_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  // The last ones, in their order.
  std::vector<std::uint32_t> Pop(std::size_t count) {
    std::vector<std::uint32_t> popped(count);
    for (std::size_t i = count; i > 0; --i) popped[i - 1] = Pop();
    return popped;
  }
  std::vector<std::uint32_t> PopToMark() {
    if (marks_.empty()) {
      Reject(Corrupt("expected a mark, found none"));
      return {};
    }
    const std::size_t count = stack_.size() - marks_.back();
    auto popped = Pop(count);
    marks_.pop_back();
    return popped;
  }

  // Adds items to the dictionary or list below them.
  void Extend(Kind kind, const std::vector<std::uint32_t>& more) {
    const std::uint32_t target = Pop();
    if (problem_) return;
    PickleValue& value = pickle_.values_[target];
    if (value.kind != kind || (kind == Kind::kDict && more.size() % 2 != 0)) {
      return Reject(Corrupt("expected a dictionary or a list to add to, found another value"));
    }
    items_ += more.size();
    if (items_ > PickleLimits::kItems) return Reject(OverLimit("items", PickleLimits::kItems));
    value.items.insert(value.items.end(), more.begin(), more.end());
    stack_.push_back(target);
  }

  void Memoize(std::uint32_t number) {
    const std::uint32_t top = Pop();
    stack_.push_back(top);
    if (memo_.size() < PickleLimits::kValues) memo_[number] = top;
  }
  void Recall(std::uint32_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) return Reject(Corrupt("expected a value by number, found none"));
    if (stack_.size() > PickleLimits::kValues) {
      return Reject(OverLimit("values", PickleLimits::kValues));
    }
    stack_.push_back(found->second);
  }

  // "torch\nHalfStorage", from two lines.
  void PushGlobal() {
    const std::size_t begin = in_.position();
    int lines = 0;
    while (in_.ok() && lines < 2) {
      if (in_.Get<std::uint8_t>() == '\n') ++lines;
      if (in_.position() - begin > PickleLimits::kTextBytes) {
        return Reject(OverLimit("bytes of a name", PickleLimits::kTextBytes));
      }
    }
    if (!in_.ok()) return;
    const std::size_t size = in_.position() - begin;
    const auto* const text = reinterpret_cast<const char*>(bytes_.data()) + begin;
    Push({.kind = Kind::kGlobal, .text = {text, size - 1}});
  }

  // What a function that checkpoints call makes of its arguments.
  void Call() {
    const std::uint32_t arguments = Pop(), function = Pop();
    if (problem_) return;
    const PickleValue& callee = pickle_.values_[function];
    const PickleValue& given = pickle_.values_[arguments];
    if (callee.kind != Kind::kGlobal || given.kind != Kind::kTuple) {
      return Reject(Corrupt("expected a call, found other values"));
    }
    if (callee.text == "torch._utils\n_rebuild_tensor_v2") {
      return Push({.kind = Kind::kTensor, .items = given.items});
    }
    if (callee.text == "torch._utils\n_rebuild_parameter" && !given.items.empty()) {
      stack_.push_back(given.items[0]);
      return;
    }
    if (callee.text == "collections\nOrderedDict" && given.items.empty()) {
      return Push({.kind = Kind::kDict});
    }
    std::string name(callee.text);
    for (char& c : name) c = c == '\n' ? '.' : c;
    Reject({ErrorCode::kUnsupported, "pickle: expected a dictionary of tensors, found a call of " +
                                         Printable(name, kMaxQuotedName)});
  }

  // The attributes of an OrderedDict, which say nothing of its tensors.
  void DropState() { Pop(); }

  void PushStorage() {
    const std::uint32_t id = Pop();
    if (problem_) return;
    Push({.kind = Kind::kStorage, .items = pickle_.values_[id].items});
  }

  void PushLong(std::size_t bytes) {
    constexpr std::size_t kMost = 8;
    if (bytes > kMost) return Reject(OverLimit("bytes of a number", kMost));
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      number |= std::uint64_t{in_.Get<std::uint8_t>()} << (8 * i);
    }
    const auto shift = static_cast<int>(64 - 8 * bytes);
    PushInt(bytes == 0 ? 0 : static_cast<std::int64_t>(number << shift) >> shift);
  }

  // Whether the opcode was one that pushes a number or a text.
  bool StepScalar(char opcode) {
    switch (opcode) {
      case 'N':
        Push({});
        return true;
      case '\x88':
      case '\x89':
        Push({.kind = Kind::kBool, .number = opcode == '\x88' ? 1 : 0});
        return true;
      case 'J':
        PushInt(in_.Get<std::int32_t>());
        return true;
      case 'K':
        PushInt(in_.Get<std::uint8_t>());
        return true;
      case 'M':
        PushInt(in_.Get<std::uint16_t>());
        return true;
      case '\x8A':
        PushLong(in_.Get<std::uint8_t>());
        return true;
      case 'G':
        in_.ReadBytes(sizeof(double));
        Push({.kind = Kind::kFloat});
        return true;
      case 'X':
        PushText(in_.Get<std::uint32_t>());
        return true;
      case '\x8C':
        PushText(in_.Get<std::uint8_t>());
        return true;
      default:
        return false;
    }
  }

  // Whether the opcode was one of tuples, lists and dictionaries.
  bool StepContainer(char opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        if (marks_.size() > PickleLimits::kValues) {
          Reject(OverLimit("marks", PickleLimits::kValues));
        }
        return true;
      case ')':
      case ']':
        Push({.kind = Kind::kTuple});
        return true;
      case 't':
        Push({.kind = Kind::kTuple, .items = PopToMark()});
        return true;
      case '\x85':
      case '\x86':
      case '\x87':
        Push({.kind = Kind::kTuple, .items = Pop(static_cast<std::size_t>(opcode - '\x85') + 1)});
        return true;
      case '}':
        Push({.kind = Kind::kDict});
        return true;
      case 's':
        Extend(Kind::kDict, Pop(2));
        return true;
      case 'u':
        Extend(Kind::kDict, PopToMark());
        return true;
      case 'a':
        Extend(Kind::kTuple, Pop(1));
        return true;
      case 'e':
        Extend(Kind::kTuple, PopToMark());
        return true;
      default:
        return false;
    }
  }

  MaybeError Step(char opcode) {
    if (StepScalar(opcode) || StepContainer(opcode)) return std::nullopt;
    switch (opcode) {
      case '\x80':  // the protocol
        in_.Get<std::uint8_t>();
        break;
      case '\x95':  // a frame, whose length helps only streams
        in_.Get<std::uint64_t>();
        break;
      case 'q':
        Memoize(in_.Get<std::uint8_t>());
        break;
      case 'r':
        Memoize(in_.Get<std::uint32_t>());
        break;
      case '\x94':
        Memoize(static_cast<std::uint32_t>(memo_.size()));
        break;
      case 'h':
        Recall(in_.Get<std::uint8_t>());
        break;
      case 'j':
        Recall(in_.Get<std::uint32_t>());
        break;
      case 'c':
        PushGlobal();
        break;
      case 'R':
        Call();
        break;
      case 'b':
        DropState();
        break;
      case 'Q':
        PushStorage();
        break;
      case '.':
        is_done_ = true;
        break;
      default:
        return Error{ErrorCode::kUnsupported,
                     "pickle: expected an opcode of PyTorch's checkpoints, found " +
                         std::to_string(static_cast<unsigned char>(opcode))};
    }
    return std::nullopt;
  }

  std::span<const std::byte> bytes_;
  ByteReader in_;
  Pickle pickle_;
  std::vector<std::uint32_t> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::unordered_map<std::uint32_t, std::uint32_t> memo_;
  std::size_t items_ = 0;
  std::optional<Error> problem_;
  bool is_done_ = false;
};

Result<Pickle> Pickle::Parse(std::span<const std::byte> bytes) {
  if (bytes.size() > PickleLimits::kBytes) {
    return Error{ErrorCode::kTooLarge, "pickle: expected at most " +
                                           std::to_string(PickleLimits::kBytes) + " bytes, found " +
                                           std::to_string(bytes.size())};
  }
  return PickleReader(bytes).Read();
}

const PickleValue* Pickle::Find(const PickleValue& dict, std::string_view key) const {
  if (dict.kind != Kind::kDict) return nullptr;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = at(dict.items[i]);
    if (name.kind == Kind::kText && name.text == key) return &at(dict.items[i + 1]);
  }
  return nullptr;
}

}  // namespace edgevlm
