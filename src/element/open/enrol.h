// enrol.h -- how an element that its owner makes comes to its certificate.
#pragma once

#include "element/own.h"

#include <string>

namespace signet::element {

// A certificate request (PKCS#10, PEM) in the element's own name, signed by it: what signet registry enroll takes.
Result<std::string> request_of(Element& element);

// Takes one to three certificates in PEM, device first, and lets the element keep them. conflict when the first is not
// for its key, or one does not name the next as its issuer.
Status install_certificates(OwnElement& element, std::string_view pem);

}  // namespace signet::element
