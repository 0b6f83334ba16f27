// SessionFile: the --session option, a conversation that goes on where it ended.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

class SessionFile {
 public:
  void Declare(CLI::App& app);

  bool is_given() const { return !path_.empty(); }

  // What the file holds, if it is there, becomes the session's; returns the messages. Errors: those
  // of Session::Restore and of reading, which name the file.
  Result<std::vector<Message>> Restore(Session& session) const;

  // Writes the session in the file's place, which keeps what it held until all is written. Nothing
  // without --session. Errors: kIo, kInvalid; name the file.
  MaybeError Save(const Session& session, std::span<const Message> messages) const;

 private:
  std::string path_;
};

}  // namespace edgevlm
