// LoadedEngine: an Engine that Python objects share.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "edgevlm/edgevlm.h"
#include "native/errors.h"

namespace edgevlm::python {

// An image that an engine has encoded.
struct EncodedHandle {
  std::shared_ptr<const EncodedImage> image;

  int tokens() const { return image->tokens; }
};

// Sessions hold on to it. Threads: any, with the GIL.
class LoadedEngine {
 public:
  // model: the path of a file or the name of an installed model; nothing: the built-in one. Raises
  // the errors of FindModel and Engine::Load, and those of ReadEngineOptions.
  static std::shared_ptr<LoadedEngine> Load(const std::optional<std::string>& model,
                                            const py::dict& options);

  explicit LoadedEngine(Engine engine);
  // A child process made by fork has the memory of an engine but none of its threads, which a
  // destructor would wait for: there, the memory is left to the end of the process.
  ~LoadedEngine();
  LoadedEngine(const LoadedEngine&) = delete;
  LoadedEngine& operator=(const LoadedEngine&) = delete;

  // Raises ClosedError in a child process made by fork.
  const Engine& engine() const;

  py::dict Info() const;
  // name: of the file, for errors; may be empty.
  EncodedHandle EncodeFile(const py::bytes& file, const std::string& name) const;
  EncodedHandle EncodePixels(const py::buffer& pixels) const;

 private:
  std::unique_ptr<const Engine> engine_;
  pid_t process_;
};

// The error with the name of the file it is about, if it has one.
Error WithName(const Error& error, const std::string& name);

}  // namespace edgevlm::python
