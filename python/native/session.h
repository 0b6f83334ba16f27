// NativeSession: a Session for one Python object.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "edgevlm/edgevlm.h"
#include "native/call.h"
#include "native/errors.h"
#include "native/loaded_engine.h"
#include "native/profiled_runs.h"

namespace edgevlm::python {

// Raises BusyError where another thread uses the session at the moment, and the errors of Session.
// All methods are called with the GIL and release it while they compute.
class NativeSession {
 public:
  // runs: gets the profile of each request, from its image to the end of its reply; null: nothing
  // is profiled.
  NativeSession(std::shared_ptr<const LoadedEngine> engine, std::shared_ptr<ProfiledRuns> runs);

  // name: of the file, for errors; may be empty.
  void SetImageFile(const py::bytes& file, const std::string& name);
  void SetImagePixels(const py::buffer& pixels);
  void SetImage(const EncodedHandle& image);

  // Texts are UTF-8. options: those of ReadDecodeOptions. The result has the fields of Reply.
  py::dict Caption(const py::dict& options, const Cancellation& cancellation,
                   const py::object& on_text);
  py::dict Ask(const py::bytes& question, const py::dict& options, const Cancellation& cancellation,
               const py::object& on_text);
  // messages: pairs of a role and its parts, each of them bytes or an EncodedHandle.
  py::dict Chat(const py::list& messages, const py::dict& options, const Cancellation& cancellation,
                const py::object& on_text);

  void Reset();

 private:
  class Hold;
  using Request = std::function<Result<Reply>(const DecodeOptions&, const OnText&)>;

  py::dict Generate(const py::dict& options, const Cancellation& cancellation,
                    const py::object& on_text, const Request& request);
  void Adopt(const std::function<MaybeError()>& set_image, const std::string& name);
  void AddRun(const Result<Reply>& reply);

  std::shared_ptr<const LoadedEngine> engine_;
  std::shared_ptr<ProfiledRuns> runs_;
  std::string image_name_;  // for profiles
  Call* call_ = nullptr;    // in progress
  std::atomic<bool> is_held_ = false;
  Session session_;
};

}  // namespace edgevlm::python
