import { render } from "preact";
import { App } from "./app";
import { startRouter } from "./core/router";
import { askSession } from "./core/session";
import { startTheme } from "./core/theme";
import "./style/base.css";
import "./style/parts.css";
import "./style/screens.css";

startTheme();
startRouter();
void askSession();
render(<App />, document.getElementById("app")!);
