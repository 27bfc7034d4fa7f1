import { expect } from "chai";
import { spawnSync } from "node:child_process";

import { installed } from "../../tests/support";
import { backendsLua, type BackendsOptions } from "./backends";

/** Stands in for dnsdist: its functions, a clock and a DNS. Each step of a scenario is a second. */
const harness = `
local lines, clock, resolved, handlers, content = {}, 100, nil, {}, "first"
local function note(...) table.insert(lines, table.concat({...}, " ")) end
os.time = function() return clock end
local states = {}
function newServer(options)
  local address = options.address
  note("new", address, tostring(options.useProxyProtocol), options.checkName, tostring(options.sockets))
  return {
    address = address,
    isUp = function() return states[address] or false end,
    setDown = function() note("down", address) end,
    setAuto = function() note("auto", address) end,
  }
end
function rmServer(server) note("remove", server.address) end
function reloadAllCertificates() note("reload") end
function infolog() end
function registerWebHandler(path, handler) handlers[path] = handler end
function getAddressInfo(name, answer)
  local addresses = {}
  for i, text in ipairs(resolved or {}) do
    addresses[i] = { toString = function() return text end }
  end
  if resolved then answer(name, addresses) else note("asked", name) end
end
io.open = function() return { read = function() return content end, close = function() end } end
local function ready()
  local response = {}
  handlers["/ready"]({}, response)
  return response.status
end
local function second(addresses, up)
  clock = clock + 1
  resolved = addresses
  for _, address in ipairs(up or {}) do states[address .. ":1054"] = true end
  maintenance()
end
`;

/** What the Lua file has done, one line an action, after the steps of a scenario. */
function actions(scenario: string, options: BackendsOptions = { sockets: 16 }): string[] {
    const program = `${harness}\n${backendsLua(options)}\n${scenario}\nprint(table.concat(lines, "\\n"))`;
    const { status, stdout, stderr } = spawnSync("luajit", ["-e", program], { encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return stdout.trim().split("\n");
}
const made = (address: string) => `new ${address}:1054 true health.noc.internal. 16`;

describe("the resolver's pods behind dnsdist", () => {
    before(function () {
        if (!installed("luajit")) {
            this.skip();
        }
    });

    it("are those that the Service's name resolves to, with the client's address and a health check", () => {
        expect(actions(`second({ "10.0.0.1", "10.0.0.2" })`).sort()).to.deep.equal([
            made("10.0.0.1"),
            made("10.0.0.2"),
        ]);
    });

    it("stay while a lookup fails, and are looked up once at a time", () => {
        const scenario = `second({ "10.0.0.1" }, { "10.0.0.1" }) second({}) second({ "10.0.0.1" })`;
        expect(actions(scenario)).to.deep.equal([made("10.0.0.1")]);
        expect(actions("second(nil) second(nil)")).to.deep.equal(["asked dnsdist-backends"]);
    });

    it("get no more queries when they have left and another one is up, and are removed when all answers have come", () => {
        const scenario = `
            second({ "10.0.0.1" }, { "10.0.0.1" })
            second({ "10.0.0.2" })
            note("not yet up")
            second({ "10.0.0.2" }, { "10.0.0.2" })
            for _ = 1, 10 do second({ "10.0.0.2" }) end
            note("ten seconds later")
            second({ "10.0.0.2" })`;
        expect(actions(scenario)).to.deep.equal([
            made("10.0.0.1"),
            made("10.0.0.2"),
            "not yet up",
            "down 10.0.0.1:1054",
            "ten seconds later",
            "remove 10.0.0.1:1054",
        ]);
    });

    it("are asked again if they come back", () => {
        const scenario = `
            second({ "10.0.0.1", "10.0.0.2" }, { "10.0.0.1", "10.0.0.2" })
            second({ "10.0.0.2" })
            second({ "10.0.0.1", "10.0.0.2" })
            for _ = 1, 20 do second({ "10.0.0.1", "10.0.0.2" }) end`;
        expect(actions(scenario).slice(2)).to.deep.equal(["down 10.0.0.1:1054", "auto 10.0.0.1:1054"]);
    });

    it("make a pod of dnsdist ready when one of them is up", () => {
        const scenario = `
            note(tostring(ready()))
            second({ "10.0.0.1" })
            note(tostring(ready()))
            second({ "10.0.0.1" }, { "10.0.0.1" })
            note(tostring(ready()))`;
        expect(actions(scenario)).to.deep.equal(["503", made("10.0.0.1"), "503", "200"]);
    });
});

describe("the certificate of dnsdist", () => {
    before(function () {
        if (!installed("luajit")) {
            this.skip();
        }
    });

    it("is read again when the file has changed", () => {
        const scenario = `second(nil) second(nil) content = "renewed" second(nil) second(nil)`;
        const done = actions(scenario, { sockets: 16, certificate: "/tls/tls.crt" });
        expect(done.filter((line) => line === "reload")).to.have.length(2);
        expect(actions(scenario)).not.to.include("reload");
    });
});
