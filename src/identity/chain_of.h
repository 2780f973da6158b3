// chain_of.h -- the certificates of an element, whole again.
#pragma once

#include "element/element.h"
#include "identity/certificate.h"

namespace signet::identity {

// Device first, then its signer. What an element keeps compressed is made again under `root`, which checks it; an
// element that keeps its certificates whole is only read. corrupt, malformed or conflict when they do not check.
Result<std::vector<Certificate>> chain_of(element::Element& element, const element::Certificates& certificates,
                                          const Certificate& root);

}  // namespace signet::identity
