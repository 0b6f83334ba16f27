#include "native/session.h"

#include <utility>
#include <vector>

#include "native/file_bytes.h"
#include "native/gil.h"
#include "native/options.h"
#include "native/pixels.h"
#include "native/reply.h"

namespace edgevlm::python {
namespace {

Result<Role> RoleOf(std::string_view name) {
  if (name == "system") return Role::kSystem;
  if (name == "user") return Role::kUser;
  if (name == "assistant") return Role::kAssistant;
  return Error{ErrorCode::kInvalid,
               "role: expected system, user or assistant, found " + std::string(name)};
}

std::vector<Message> ReadMessages(const py::list& messages) {
  std::vector<Message> read;
  for (const py::handle each : messages) {
    const auto [role, parts] = each.cast<std::pair<std::string, py::list>>();
    Message message = {.role = ValueOrRaise(RoleOf(role)), .parts = {}};
    for (const py::handle part : parts) {
      if (py::isinstance<py::bytes>(part)) {
        message.parts.push_back({.text = part.cast<std::string>()});
      } else {
        message.parts.push_back({.image = part.cast<const EncodedHandle&>().image});
      }
    }
    read.push_back(std::move(message));
  }
  return read;
}

}  // namespace

// Holds the session for one thread, and for one call if there is one.
class NativeSession::Hold {
 public:
  explicit Hold(NativeSession& session, Call* call = nullptr) : session_(session) {
    if (session_.is_held_.exchange(true)) {
      Raise("BusyError",
            "session: expected one thread at a time, found another that uses it: make a session "
            "for each");
    }
    session_.call_ = call;
  }
  ~Hold() {
    session_.call_ = nullptr;
    session_.is_held_ = false;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  NativeSession& session_;
};

NativeSession::NativeSession(std::shared_ptr<const LoadedEngine> engine,
                             std::shared_ptr<ProfiledRuns> runs)
    : engine_(std::move(engine)),
      runs_(std::move(runs)),
      session_(engine_->engine(), {.profile = runs_ != nullptr, .is_cancelled = [this] {
                                     return call_ != nullptr && call_->IsOver();
                                   }}) {}

void NativeSession::Adopt(const std::function<MaybeError()>& set_image, const std::string& name) {
  static_cast<void>(engine_->engine());
  const Hold hold(*this);
  if (const MaybeError error = WithoutGil(set_image)) Raise(WithName(*error, name));
  image_name_ = name;
}

void NativeSession::SetImageFile(const py::bytes& file, const std::string& name) {
  const auto bytes = FileBytes(file);
  Adopt([&] { return session_.SetImage(bytes); }, name);
}

void NativeSession::SetImagePixels(const py::buffer& pixels) {
  PixelBuffer buffer(pixels);
  Adopt([&] { return session_.SetImage(buffer.View()); }, {});
}

void NativeSession::SetImage(const EncodedHandle& image) {
  Adopt([&] { return session_.SetImage(image.image); }, {});
}

py::dict NativeSession::Generate(const py::dict& options, const Cancellation& cancellation,
                                 const py::object& on_text, const Request& request) {
  static_cast<void>(engine_->engine());
  const DecodeOptions decode = ReadDecodeOptions(options);
  Call call(cancellation, on_text);
  const Hold hold(*this, &call);
  const Result<Reply> reply = WithoutGil([&] { return request(decode, call.on_text()); });
  AddRun(reply);
  call.RaiseFailure();
  if (!reply) Raise(reply.error());
  return ReplyFields(*reply);
}

py::dict NativeSession::Caption(const py::dict& options, const Cancellation& cancellation,
                                const py::object& on_text) {
  return Generate(options, cancellation, on_text,
                  [this](const DecodeOptions& decode, const OnText& emit) {
                    return session_.Caption(decode, emit);
                  });
}

py::dict NativeSession::Ask(const py::bytes& question, const py::dict& options,
                            const Cancellation& cancellation, const py::object& on_text) {
  const auto text = static_cast<std::string_view>(question);
  return Generate(options, cancellation, on_text,
                  [this, text](const DecodeOptions& decode, const OnText& emit) {
                    return session_.Ask(text, decode, emit);
                  });
}

py::dict NativeSession::Chat(const py::list& messages, const py::dict& options,
                             const Cancellation& cancellation, const py::object& on_text) {
  const std::vector<Message> read = ReadMessages(messages);
  return Generate(options, cancellation, on_text,
                  [this, &read](const DecodeOptions& decode, const OnText& emit) {
                    return session_.Chat(read, decode, emit);
                  });
}

void NativeSession::Reset() {
  const Hold hold(*this);
  session_.Reset();
}

// A reply that ended early would make the times of the others look too long.
void NativeSession::AddRun(const Result<Reply>& reply) {
  if (runs_ == nullptr) return;
  Profile run = session_.TakeProfile();
  if (!reply || reply->finish_reason == FinishReason::kCancelled) return;
  runs_->Add(std::move(run), image_name_);
}

}  // namespace edgevlm::python
