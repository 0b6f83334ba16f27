// Result<T>: a value, or an Error that states what, where, expected, found.
//
// Used for everything the outside world can get wrong: files, images, requests, options. Bad input
// never throws, prints or exits: it is an Error. Only lack of memory may throw (std::bad_alloc), in
// any function whose comment does not rule it out: const arguments, an engine above all, then stay
// valid; destroy anything else. A bug, such as a broken REQUIRES (ours or the caller's), stops at a
// CHECK: one line that names the source line, and the process aborts.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace edgevlm {

// Prints "edgevlm: bug: FILE:LINE: CHECK(CONDITION) failed" to standard error and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

enum class ErrorCode {
  kNotFound,     // no such file, key, tensor
  kCorrupt,      // the bytes violate their format
  kUnsupported,  // a valid input that EdgeVLM cannot handle; the message names the feature
  kTooLarge,     // over a limit; the message names the limit
  kInvalid,      // an option or argument out of range
  kIo,           // an operating system call failed
  kCancelled,    // the caller cancelled
};

// One line, no trailing full stop: "what: where: expected ..., found ...".
struct Error {
  ErrorCode code;
  std::string message;

  // The same error with the place in front: "place: message".
  Error In(const std::string& place) const { return {code, place + ": " + message}; }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // REQUIRES: ok().
  T& operator*() & { return Value(); }
  const T& operator*() const& { return const_cast<Result*>(this)->Value(); }
  T&& operator*() && { return std::move(Value()); }
  T* operator->() { return &Value(); }
  const T* operator->() const { return &const_cast<Result*>(this)->Value(); }

  // REQUIRES: !ok().
  const Error& error() const {
    if (ok()) CheckFailed(__FILE__, __LINE__, "!ok()");
    return std::get<1>(state_);
  }

 private:
  T& Value() {
    if (!ok()) CheckFailed(__FILE__, __LINE__, "ok()");
    return std::get<0>(state_);
  }

  std::variant<T, Error> state_;
};

// The result of an operation without a value: nothing, or the Error. `if (auto error = F()) return
// *error;`
using MaybeError = std::optional<Error>;

}  // namespace edgevlm
