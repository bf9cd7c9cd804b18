// Starts the language server of archdsl, and stops it with the window.
//
// All that is said about a spec comes from the server: nothing is analysed here.

import * as path from "node:path";
import * as vscode from "vscode";
import { LanguageClient, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("archdsl.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("archdsl.server")) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  const stopped = client;
  client = undefined;
  await stopped?.dispose();
}

async function restart(): Promise<void> {
  await deactivate();
  // A folder can say which program is the server, so none is started before it is trusted.
  if (!vscode.workspace.isTrusted) return;
  const [command, ...args] = serverCommand();
  const server: ServerOptions = { command, args, options: { cwd: openFolder() } };
  client = new LanguageClient("archdsl", "archdsl", server, {
    documentSelector: [
      { language: "archdsl", scheme: "file" },
      { language: "archdsl", scheme: "untitled" },
    ],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.arch") },
  });
  try {
    await client.start();
  } catch (fault) {
    await explain(command, fault);
  }
}

function serverCommand(): [string, ...string[]] {
  const settings = vscode.workspace.getConfiguration("archdsl");
  const [command = "archdsl", ...args] = settings.get<string[]>("server.command", []);
  const isRelativePath = /[\\/]/.test(command) && !path.isAbsolute(command);
  const folder = openFolder();
  return [isRelativePath && folder ? path.join(folder, command) : command, ...args];
}

function openFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

async function explain(command: string, fault: unknown): Promise<void> {
  const reason = fault instanceof Error ? fault.message : String(fault);
  const settings = "Open settings";
  const picked = await vscode.window.showErrorMessage(
    `${command} does not start as a language server (${reason}). ` +
      'Install it by pip install "archdsl[lsp]", or set archdsl.server.command.',
    settings,
  );
  if (picked === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "archdsl.server");
  }
}
